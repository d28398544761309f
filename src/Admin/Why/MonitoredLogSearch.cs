using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Why;

/// <summary>Finds the lines of the monitored log and its rotated siblings that concern an address.</summary>
internal static class MonitoredLogSearch
{
    /// <summary>Returns the lines, oldest first.</summary>
    /// <param name="warn">Receives a message about each file that cannot be read.</param>
    public static IReadOnlyList<LoggedLine> Find(string log, Subnet address, Action<string> warn)
    {
        const string consequence = "Lines in it are not shown.";
        try
        {
            return Parse(MonitoredLogFiles.ReadLines(log, warn, consequence), address);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            warn($"Cannot read {Path.GetDirectoryName(Path.GetFullPath(log))}: {error.Message}");
            using MonitoredLogFile alone = new(log);
            return Parse(alone.ReadLines(warn, consequence), address);
        }
    }

    private static IReadOnlyList<LoggedLine> Parse(IEnumerable<string> lines, Subnet address) =>
        [.. lines.Select(line => LoggedLine.Parse(line, address)).OfType<LoggedLine>()];
}
