using System.Text;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Doctor;

/// <summary>Reads the last lines of the monitored log.</summary>
internal static class MonitoredLogTail
{
    private const int MaxLength = 256 * 1024;

    /// <summary>Returns the last whole lines, the newest first. Lines of another format are left out.</summary>
    /// <exception cref="IOException">The log cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The log must not be read.</exception>
    public static IEnumerable<MonitoredLogLine> Read(string path)
    {
        using FileStream log = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.Position = Math.Max(0, log.Length - MaxLength);
        byte[] bytes = new byte[MaxLength];
        int length = log.ReadAtLeast(bytes, MaxLength, throwOnEndOfStream: false);
        // The first part may be the end of a line, and the last part the beginning of one. Neither is parsed as a line.
        return Encoding.UTF8.GetString(bytes, 0, length).Split('\n').Reverse().Select(MonitoredLogLine.Parse).OfType<MonitoredLogLine>();
    }
}
