using System.IO.Compression;
using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.Consumer.Writing;

/// <summary>A whole line of the monitored log.</summary>
/// <param name="WrittenAt">Its first date.</param>
/// <param name="Text">What follows the date.</param>
/// <param name="Ban">The ban, whether it was written as one or as a report below the quorum.</param>
internal sealed partial record MonitoredLogLine(DateTimeOffset WrittenAt, string Text, Ban Ban)
{
    // 2026-11-23T02:44:24.312Z Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z
    [GeneratedRegex(
        @"^(?<at>[^ ]+) (?<text>(?:Ban|Report) (?<ip>[^ ]+) jail=(?<jail>[A-Za-z0-9._-]+) server=(?<server>[a-z0-9.-]+) detected=(?<detected>[^ ]+))\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }

    /// <summary>The whole lines of a log, which may be compressed; what is torn or somebody else's is passed over.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    /// <exception cref="InvalidDataException">The file is no archive, though its name says so.</exception>
    public static IEnumerable<MonitoredLogLine> ReadAll(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        while (reader.ReadLine() is { } line)
        {
            if (Parse(line) is { } written)
            {
                yield return written;
            }
        }
    }

    public static MonitoredLogLine? Parse(string line)
    {
        GroupCollection parts = Pattern.Match(line).Groups;
        return UtcTimestamp.Parse(parts["at"].Value) is { } writtenAt
            && Subnet.ParseCanonical(parts["ip"].Value) is { } ip
            && UtcTimestamp.Parse(parts["detected"].Value) is { } detectedAt
                ? new MonitoredLogLine(writtenAt, parts["text"].Value, new Ban(ip, parts["jail"].Value, parts["server"].Value, detectedAt))
                : null;
    }
}
