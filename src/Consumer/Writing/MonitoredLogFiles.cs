using F2bBroker.Shared.Logs;

namespace F2bBroker.Consumer.Writing;

/// <summary>A monitored log and its rotated siblings.</summary>
internal sealed class MonitoredLogFiles : IDisposable
{
    private MonitoredLogFiles(IEnumerable<string> paths) => OldestFirst = [.. paths.Select(path => new MonitoredLogFile(path))];

    /// <summary>All files, oldest first. The last one is the log itself, also if it does not exist.</summary>
    public IReadOnlyList<MonitoredLogFile> OldestFirst { get; }

    /// <summary>Opens the files, so that a rotation hides none of them. One that cannot be opened fails when it is read.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder must not be read.</exception>
    public static MonitoredLogFiles Open(string log) => RotatedLogs.Search(log, files => new MonitoredLogFiles(files));

    /// <summary>Returns the lines of all files, oldest first, without those that cannot be read.</summary>
    /// <inheritdoc cref="Open"/>
    /// <inheritdoc cref="MonitoredLogFile.ReadLines(Action{string}, string)"/>
    public static IEnumerable<string> ReadLines(string log, Action<string> warn, string consequence)
    {
        using MonitoredLogFiles files = Open(log);
        foreach (string line in files.OldestFirst.SelectMany(file => file.ReadLines(warn, consequence)))
        {
            yield return line;
        }
    }

    public void Dispose()
    {
        foreach (MonitoredLogFile file in OldestFirst)
        {
            file.Dispose();
        }
    }
}
