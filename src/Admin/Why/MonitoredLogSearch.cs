using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Shared.Logs;

namespace F2bBroker.Admin.Why;

/// <summary>Finds the lines of the monitored log and its rotated siblings that concern an address.</summary>
internal static class MonitoredLogSearch
{
    /// <summary>Returns the lines, oldest first.</summary>
    /// <param name="warn">Receives a message about each file that cannot be read.</param>
    public static IReadOnlyList<LoggedLine> Find(string log, Subnet address, Action<string> warn)
    {
        IEnumerable<string> files = [log];
        try
        {
            files = RotatedLogs.FindWithLog(log);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            warn($"Cannot read {Path.GetDirectoryName(Path.GetFullPath(log))}: {error.Message}");
        }

        return
        [
            .. files
                .SelectMany(file => MonitoredLogReader.ReadLines(file, warn, "Lines in it are not shown."))
                .Select(line => LoggedLine.Parse(line, address))
                .OfType<LoggedLine>(),
        ];
    }
}
