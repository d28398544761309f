using System.Collections.Concurrent;
using System.Diagnostics;

namespace F2bBroker.EndToEndTests;

/// <summary>A daemon as a child process, and what it says.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly Task reading;
    private bool isDisposed;

    public Daemon(string program, IEnumerable<string> arguments, params IEnumerable<string> environment)
    {
        process = Built.Start(program, arguments, environment);
        reading = Task.WhenAll(ReadAsync(process.StandardError), ReadAsync(process.StandardOutput));
    }

    public int Id => process.Id;

    public bool IsRunning => !process.HasExited;

    /// <summary>All that it has said.</summary>
    public string Said => string.Join('\n', lines);

    /// <summary>What it has said apart from lines that hold one of these texts.</summary>
    public string SaidBut(params string[] texts) =>
        string.Join('\n', lines.Where(line => !texts.Any(text => line.Contains(text, StringComparison.Ordinal))));

    /// <summary>How many lines it has said.</summary>
    public int Lines => lines.Count;

    public int Count(string text) => lines.Count(line => line.Contains(text, StringComparison.Ordinal));

    public async Task SaysAsync(string text)
    {
        await Eventually.TrueAsync(() => Count(text) > 0 || process.HasExited, () => $"It says nothing of '{text}':\n{Said}");
        Assert.True(Count(text) > 0, $"It ended without a word of '{text}':\n{Said}");
    }

    /// <summary>Ends it as the service manager does (SIGTERM); gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await Signal("TERM");
        return await EndAsync();
    }

    /// <summary>Waits for its end; gives its exit code.</summary>
    public async Task<int> EndAsync()
    {
        await Eventually.TrueAsync(() => process.HasExited, () => Said);
        await reading;
        return process.ExitCode;
    }

    /// <summary>Lets it do nothing, with its connections open, until it may go on.</summary>
    public Task SuspendAsync() => Signal("STOP");

    public Task ResumeAsync() => Signal("CONT");

    public async Task KillAsync()
    {
        process.Kill();
        await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!isDisposed && !process.HasExited)
        {
            await KillAsync();
        }

        isDisposed = true;
        process.Dispose();
    }

    private Task<Built.Outcome> Signal(string name) => Built.RunAsync("kill", [$"-{name}", $"{process.Id}"]);

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Enqueue(line);
        }
    }
}
