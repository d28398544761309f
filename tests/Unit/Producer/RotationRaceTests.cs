using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Tailing;

namespace F2bBroker.UnitTests.Producer;

/// <summary>The log is rotated while a reader starts.</summary>
public sealed class RotationRaceTests
{
    // Without the repeated search, it lost a line in 3 of 100 starts after an empty log, and in 1 of 1,000 otherwise.
    private const int Times = 500;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_start_while_the_log_is_rotated_loses_no_line(bool wasEmpty)
    {
        for (int i = 0; i < Times; i++)
        {
            using TailedLog log = new();
            log.Write(wasEmpty ? [] : [Line("a"), Line("b")]);
            LogPosition position = PositionAfter(log);
            log.Write(Line("c"));
            log.Rename();
            log.Write(Line("d"));
            Assert.Equal([Line("c"), Line("d"), Line("e")], await ReadFromAsync(position, log));
        }
    }

    private static async Task<IEnumerable<string>> ReadFromAsync(LogPosition position, TailedLog log)
    {
        Task rotation = RotateAsync(log);
        Thread.SpinWait(Random.Shared.Next(30_000));
        List<string> messages = [];
        using LogTail tail = new(log.Path, new HealthProblems(TimeProvider.System), TimeProvider.System, messages.Add);
        await Eventually.TrueAsync(() => TryStart(tail, position), () => "The log has no file.");
        List<string> lines = [.. Read(tail)];
        await rotation;
        await Eventually.TrueAsync(
            () =>
            {
                lines.AddRange(Read(tail));
                return lines.Contains(Line("e"));
            },
            () => string.Join('\n', lines));
        Assert.Empty(messages);
        return lines.Distinct();
    }

    private static async Task RotateAsync(TailedLog log)
    {
        await Logrotate.RotateAsync(log.Path);
        log.Write(Line("e"));
    }

    /// <summary>Returns false while the log has no file: it was renamed, and the new one is not there yet.</summary>
    private static bool TryStart(LogTail tail, LogPosition position)
    {
        try
        {
            tail.StartAt(position);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Read(LogTail tail)
    {
        while (tail.Read() is { } block)
        {
            foreach ((string line, _) in block.Candidates())
            {
                yield return line;
            }
        }
    }

    private static LogPosition PositionAfter(TailedLog log)
    {
        using LogTail tail = new(log.Path, new HealthProblems(TimeProvider.System), TimeProvider.System, _ => { });
        tail.StartAtBeginning();
        _ = Read(tail).Count();
        return tail.Position;
    }

    private static string Line(string name) => $"2026-11-23 02:53:01,000 Ban {name}";
}
