using System.Collections.Concurrent;
using System.Diagnostics;

namespace F2bBroker.Bench;

/// <summary>A daemon as a child process. Its log is read, and the time is recorded when an expected text first appears.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> awaited = new();
    private readonly Task reading;

    /// <param name="environment">Variables, each <c>NAME=value</c>.</param>
    public Daemon(string program, IEnumerable<string> arguments, IEnumerable<string> environment)
    {
        // The standard output is for the table. fail2ban writes one line.
        ProcessStartInfo start = new(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string[] pair in environment.Select(variable => variable.Split('=', 2)))
        {
            start.Environment[pair[0]] = pair[1];
        }

        StartedAt = Stopwatch.GetTimestamp();
        process = Process.Start(start)!;
        reading = ReadAsync();
    }

    public int Id => process.Id;

    /// <summary>The time of its start, in stopwatch ticks.</summary>
    public long StartedAt { get; }

    /// <summary>Returns the time, in stopwatch ticks, at which the daemon logs a text. Call it before the text is logged.</summary>
    public async Task<long> SaysAsync(string text)
    {
        Task<long> said = awaited
            .GetOrAdd(text, _ => new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously))
            .Task;
        return await said.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        using Process kill = Process.Start("kill", [$"{process.Id}"]);
        await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            foreach ((string text, TaskCompletionSource<long> said) in awaited)
            {
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    said.TrySetResult(Stopwatch.GetTimestamp());
                }
            }
        }
    }
}
