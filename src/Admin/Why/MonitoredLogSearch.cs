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
        List<LoggedLine> found = [];
        void Try(string path, Action act)
        {
            try
            {
                act();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                warn($"Cannot read {path}: {error.Message}");
            }
        }

        List<string> files = [];
        Try(Path.GetDirectoryName(Path.GetFullPath(log))!, () => files.AddRange(RotatedLogs.Find(log)));
        foreach (string file in files.Append(log))
        {
            Try(
                file,
                () => found.AddRange(
                    MonitoredLogReader.ReadLines(file).Select(line => LoggedLine.Parse(line, address)).OfType<LoggedLine>()));
        }

        return found;
    }
}
