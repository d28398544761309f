using F2bBroker.Contracts;

namespace F2bBroker.Consumer.Writing;

/// <summary>Finds the last <c>Position</c> line that an earlier run wrote.</summary>
internal static class LastPosition
{
    /// <summary>Returns the last line of the newest file that has one; null if none has.</summary>
    /// <param name="warn">Receives a message about each file that cannot be read.</param>
    /// <param name="isInLog">True if the line is in the log itself, and not only in a rotated sibling.</param>
    public static PositionLine? Find(string log, Action<string> warn, out bool isInLog)
    {
        using MonitoredLogFiles files = MonitoredLogFiles.Open(log);
        PositionLine? inLog = FindIn(files.OldestFirst[^1], warn);
        isInLog = inLog is not null;
        return inLog
            ?? files.OldestFirst
                .SkipLast(1)
                .Reverse()
                .Select(file => FindIn(file, warn))
                .FirstOrDefault(position => position is not null);
    }

    private static PositionLine? FindIn(MonitoredLogFile file, Action<string> warn) =>
        !file.Exists
            ? null
            : file
                .ReadLines(warn, "The position in the stream may be older than the last one that was reached.")
                .Select(PositionLine.Parse)
                .LastOrDefault(position => position is not null);
}
