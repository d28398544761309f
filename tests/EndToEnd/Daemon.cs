using System.Collections.Concurrent;
using System.Diagnostics;

namespace F2bBroker.EndToEndTests;

/// <summary>A daemon as a child process, and its output.</summary>
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

    /// <summary>Its output so far.</summary>
    public string Said => string.Join('\n', lines);

    /// <summary>Returns its output without the lines that contain one of these texts.</summary>
    public string SaidBut(params string[] texts) =>
        string.Join('\n', lines.Where(line => !texts.Any(text => line.Contains(text, StringComparison.Ordinal))));

    /// <summary>The number of lines of its output.</summary>
    public int Lines => lines.Count;

    /// <summary>Waits until it runs that program. Before that, it is the program that prepares its namespace.</summary>
    /// <param name="name">The program's name, at most its first 15 characters.</param>
    public Task RunsAsync(string name) => Eventually.TrueAsync(() => File.ReadAllText($"/proc/{Id}/comm") == $"{name}\n", () => Said);

    public int Count(string text) => lines.Count(line => line.Contains(text, StringComparison.Ordinal));

    public async Task SaysAsync(string text)
    {
        await Eventually.TrueAsync(() => Count(text) > 0 || process.HasExited, () => $"'{text}' is not in its output:\n{Said}");
        Assert.True(Count(text) > 0, $"It ended without logging '{text}':\n{Said}");
    }

    /// <summary>Waits until it has logged the text, and asserts that it has not logged it twice.</summary>
    public async Task SaysOnceAsync(string text)
    {
        await SaysAsync(text);
        Assert.True(Count(text) == 1, Said);
    }

    /// <summary>Waits until it has logged the text that many times.</summary>
    public Task SaysAsync(string text, int times) =>
        Eventually.TrueAsync(
            () => Count(text) >= times,
            () => $"'{text}' was not logged {times} times:\n{SaidBut(" Published: ", " Written: ")}");

    /// <summary>Stops it with SIGTERM, as the service manager does. Returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await Signal("TERM");
        return await EndAsync();
    }

    /// <summary>Waits until it ends. Returns its exit code.</summary>
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
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        if (!process.HasExited)
        {
            await KillAsync();
        }

        FakeClock.RemoveMemoryOf(Id);
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
