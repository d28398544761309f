using System.Collections.Concurrent;
using System.IO.Compression;
using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Tailing;

namespace F2bBroker.UnitTests.Producer;

/// <summary>A log, operations on it, and a reader of it.</summary>
internal sealed class TailedLog : IDisposable
{
    private readonly TempFolder folder = new();

    public string Path => folder["fail2ban.log"];

    public string Sibling(string suffix) => Path + suffix;

    public void Write(params string[] lines) => File.AppendAllText(Path, string.Concat(lines.Select(line => $"{line}\n")));

    public void WritePart(string text) => File.AppendAllText(Path, text);

    public void Rename() => File.Move(Path, Sibling(".1"));

    /// <summary>Puts a new file under the log's name, as sed -i does.</summary>
    public void Replace(params string[] lines)
    {
        File.WriteAllText(Sibling("sed"), string.Concat(lines.Select(line => $"{line}\n")));
        File.Move(Sibling("sed"), Path, overwrite: true);
    }

    public void CopyTruncate()
    {
        File.Copy(Path, Sibling(".1"), overwrite: true);
        using FileStream stream = new(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        stream.SetLength(0);
    }

    /// <summary>Rotates a second time with delayed compression: .1 becomes .2.gz, the log becomes .1.</summary>
    public void RenameAgain()
    {
        using (FileStream plain = File.OpenRead(Sibling(".1")))
        using (GZipStream archive = new(File.Create(Sibling(".2.gz")), CompressionLevel.Fastest))
        {
            plain.CopyTo(archive);
        }

        File.Delete(Sibling(".1"));
        Rename();
    }

    public void HideFolder() => Directory.Move(folder.Path, folder.Path + "-hidden");

    public void ShowFolder() => Directory.Move(folder.Path + "-hidden", folder.Path);

    public Reader Read(Action<LogTail> start) => new(Path, start);

    public void Dispose() => folder.Dispose();

    /// <summary>Reads in the background until it is disposed.</summary>
    internal sealed class Reader : IAsyncDisposable
    {
        private readonly ConcurrentQueue<string> lines = new();
        private readonly ConcurrentQueue<string> messages = new();
        private readonly CancellationTokenSource stop = new();
        private readonly LogTail tail;
        private readonly Task reading;

        public Reader(string path, Action<LogTail> start)
        {
            tail = new LogTail(path, new HealthProblems(TimeProvider.System), TimeProvider.System, messages.Enqueue);
            start(tail);
            reading = ReadAsync();
        }

        public IEnumerable<string> LoggedMessages => messages;

        public LogPosition Position { get; private set; } = null!;

        public async Task SeesAsync(params string[] expected)
        {
            await Eventually.TrueAsync(() => lines.Count >= expected.Length, () => $"Read so far: {string.Join(", ", lines)}");
            Assert.Equal(expected, lines);
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            tail.Dispose();
            stop.Dispose();
        }

        private async Task ReadAsync()
        {
            await foreach (LogBlock block in tail.ReadAsync(stop.Token))
            {
                foreach ((string line, LogPosition end) in block.Candidates())
                {
                    Position = end;
                    lines.Enqueue(line);
                }
            }
        }
    }
}
