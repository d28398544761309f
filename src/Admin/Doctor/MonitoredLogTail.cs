using System.Text;

namespace F2bBroker.Admin.Doctor;

/// <summary>Reads the last lines of the monitored log.</summary>
internal static class MonitoredLogTail
{
    private const int MaxLength = 256 * 1024;

    /// <summary>Returns the last lines, the newest first. The last one returned may be a part of a line.</summary>
    /// <exception cref="IOException">The log cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The log must not be read.</exception>
    public static IEnumerable<string> Read(string path)
    {
        using FileStream log = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.Position = Math.Max(0, log.Length - MaxLength);
        byte[] bytes = new byte[MaxLength];
        int length = log.ReadAtLeast(bytes, MaxLength, throwOnEndOfStream: false);
        // What follows the last LF is still being written.
        return Encoding.UTF8.GetString(bytes, 0, length).Split('\n')[..^1].Reverse();
    }
}
