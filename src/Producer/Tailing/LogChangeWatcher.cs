using System.Threading.Channels;

namespace F2bBroker.Producer.Tailing;

/// <summary>Wakes the reader when the log changes (inotify on its folder), and once a second in any case.</summary>
internal sealed class LogChangeWatcher : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollIntervalWithoutWatcher = TimeSpan.FromMilliseconds(100);

    private readonly Channel<bool> changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly FileSystemWatcher? watcher;
    private readonly ITimer timer;

    public LogChangeWatcher(string path, TimeProvider time)
    {
        try
        {
            watcher = Watch(path);
        }
        catch (IOException)
        {
            // The system's limit of inotify instances or watches is reached. Frequent polling does the same.
        }

        TimeSpan delay = watcher is null ? PollIntervalWithoutWatcher : PollInterval;
        timer = time.CreateTimer(_ => Wake(), null, delay, delay);
    }

    public async Task WaitAsync(CancellationToken stopping) => await changes.Reader.ReadAsync(stopping);

    public void Dispose()
    {
        watcher?.Dispose();
        timer.Dispose();
    }

    private FileSystemWatcher Watch(string path)
    {
        FileSystemWatcher folder = new(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path) + "*")
        {
            NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.FileName,
        };
        folder.Changed += (_, _) => Wake();
        folder.Created += (_, _) => Wake();
        folder.Renamed += (_, _) => Wake();
        folder.Error += (_, _) => Wake();
        folder.EnableRaisingEvents = true;
        return folder;
    }

    private void Wake() => changes.Writer.TryWrite(true);
}
