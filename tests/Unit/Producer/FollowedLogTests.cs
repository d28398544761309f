using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Tailing;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Producer;

/// <summary>A log that is followed: its tail has read the first 20 lines.</summary>
public abstract class FollowedLogTests : IDisposable
{
    private LogTail tail;

    private protected FollowedLogTests()
    {
        Log.Write(Lines(0, 20));
        tail = NewTail();
        tail.StartAtBeginning();
        Assert.Equal(Lines(0, 20), ReadAll());
    }

    private protected TailedLog Log { get; } = new();

    private protected FakeTimeProvider Clock { get; } = new();

    private protected List<string> Messages { get; } = [];

    private protected LogPosition Position => tail.Position;

    public void Dispose()
    {
        tail.Dispose();
        Log.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static string[] Lines(int from, int to) =>
        [.. Enumerable.Range(from, to - from).Select(i => $"2026-11-23 02:53:{i:D2},000 Ban {new string('x', i)}")];

    private protected void Restart() => RestartAt(Position);

    private protected void RestartAt(LogPosition position)
    {
        tail.Dispose();
        tail = NewTail();
        tail.StartAt(position);
    }

    private protected string[] ReadAll() => [.. Read(tail).Select(entry => entry.Line)];

    /// <summary>Returns the position after each line of the log.</summary>
    private protected IEnumerable<LogPosition> Positions()
    {
        using LogTail reader = NewTail();
        reader.StartAtBeginning();
        return [.. Read(reader).Select(entry => entry.End)];
    }

    private LogTail NewTail() => new(Log.Path, new HealthProblems(Clock), Clock, Messages.Add);

    private static IEnumerable<(string Line, LogPosition End)> Read(LogTail reader)
    {
        List<(string, LogPosition)> read = [];
        while (reader.Read() is { } block)
        {
            read.AddRange(block.Candidates());
        }

        return read;
    }
}
