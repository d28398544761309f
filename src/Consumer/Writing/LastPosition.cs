using F2bBroker.Contracts;

namespace F2bBroker.Consumer.Writing;

/// <summary>Finds the last <c>Position</c> line that an earlier run wrote.</summary>
internal static class LastPosition
{
    /// <summary>Returns the last line of the first file that has one; null if none has.</summary>
    /// <param name="files">The files, the newest first. A file that does not exist has none.</param>
    /// <param name="warn">Receives a message about each file that cannot be read.</param>
    public static PositionLine? Find(IEnumerable<string> files, Action<string> warn) =>
        files.Where(File.Exists).Select(file => FindIn(file, warn)).FirstOrDefault(position => position is not null);

    private static PositionLine? FindIn(string file, Action<string> warn) =>
        MonitoredLogReader
            .ReadLines(file, warn, "The position in the stream may be older than the last one that was reached.")
            .Select(PositionLine.Parse)
            .LastOrDefault(position => position is not null);
}
