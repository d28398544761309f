using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using F2bBroker.Producer.Parsing;
using F2bBroker.Producer.Sources;

namespace F2bBroker.Producer.Journal;

/// <summary>
/// A journalctl child process that prints the entries of fail2ban's unit. It is killed on disposal, and it ends by itself if nobody reads
/// its output.
/// </summary>
internal sealed class JournalctlProcess : IDisposable
{
    private readonly Process process;
    private readonly Task<string> lastErrorLine;

    private JournalctlProcess(Process process)
    {
        this.process = process;
        lastErrorLine = LastLineAsync(process.StandardError);
    }

    /// <exception cref="Win32Exception">journalctl is not installed.</exception>
    public static JournalctlProcess Start(params IEnumerable<string> options)
    {
        // --system excludes the journals of users. Not --unit: it includes what other programs log about a unit.
        string[] common = ["--system", "--quiet", "--no-pager", "--output=json", $"--output-fields={JournalEntry.Fields}"];
        ProcessStartInfo start = new("journalctl", [.. common, .. options, $"_SYSTEMD_UNIT={JournalEntry.Unit}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new JournalctlProcess(Process.Start(start)!);
    }

    /// <summary>Returns an error message if this user cannot read the journal.</summary>
    /// <exception cref="Win32Exception">journalctl is not installed.</exception>
    public static string? FindError()
    {
        using Process process = Process.Start(
            new ProcessStartInfo("journalctl", ["--system", "--quiet", "--lines=0"]) { RedirectStandardError = true })!;
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return ErrorMessageFor(process, said.Trim().Split('\n')[^1]);
    }

    /// <summary>Returns the entries until the process ends; null for a line that is not an entry or is too long.</summary>
    public async IAsyncEnumerable<JournalEntry?> ReadAsync(string server, [EnumeratorCancellation] CancellationToken stopping)
    {
        LineBuffer buffer = new();
        byte[] chunk = new byte[64 * 1024];
        int overlong = 0;
        while (await process.StandardOutput.BaseStream.ReadAsync(chunk, stopping) is > 0 and var count)
        {
            for (int taken = 0; taken < count;)
            {
                ReadOnlyMemory<byte> lines = Take(buffer, chunk.AsSpan(taken..count), ref taken);
                for (int end; (end = lines.Span.IndexOf((byte)'\n')) >= 0; lines = lines[(end + 1)..])
                {
                    yield return JournalEntry.Parse(lines[..end], server);
                }

                for (; overlong < buffer.OverlongLineCount; overlong++)
                {
                    yield return null;
                }
            }
        }
    }

    /// <summary>Waits for the process to end. Returns an error message if it failed.</summary>
    public async Task<string?> EndAsync(CancellationToken stopping)
    {
        await process.WaitForExitAsync(stopping);
        return ErrorMessageFor(process, await lastErrorLine);
    }

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }

    private static string? ErrorMessageFor(Process ended, string said) =>
        ended.ExitCode == 0 ? null : $"journalctl ended with {ended.ExitCode}{(said.Length > 0 ? ": " : "")}{said.TrimEnd('.')}.";

    private static ReadOnlyMemory<byte> Take(LineBuffer buffer, ReadOnlySpan<byte> read, ref int taken)
    {
        Span<byte> space = buffer.GetFreeSpace();
        int count = Math.Min(space.Length, read.Length);
        read[..count].CopyTo(space);
        taken += count;
        return buffer.Lines(count, out _);
    }

    private static async Task<string> LastLineAsync(StreamReader output)
    {
        string last = "";
        while (await output.ReadLineAsync() is { } line)
        {
            last = line;
        }

        return last;
    }
}
