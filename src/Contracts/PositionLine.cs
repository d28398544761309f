using System.Globalization;
using System.Text.RegularExpressions;

namespace F2bBroker.Contracts;

/// <summary>
/// A <c>Position</c> line of the monitored log: all messages of the stream up to this one have been processed, and their bans are on disk.
/// </summary>
/// <param name="ReachedAt">The first date: when that message had been processed.</param>
/// <param name="Offset">The offset of the message in the stream.</param>
/// <param name="Id">The hash of the message, in hexadecimal digits.</param>
public sealed partial record PositionLine(DateTimeOffset ReachedAt, long Offset, string Id)
{
    // 2026-11-27T02:44:24.312Z Position offset=4711 id=9f86d081884c7d659a2feaa0c55ad015
    [GeneratedRegex(@"^(?<at>[^ ]+) Position offset=(?<offset>[0-9]{1,19}) id=(?<id>[0-9a-f]{32})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }

    /// <summary>The line without the first date.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"Position offset={Offset} id={Id}");

    /// <summary>Returns the line, or null if the text (without its LF) is not a whole line of this format.</summary>
    public static PositionLine? Parse(string line)
    {
        GroupCollection parts = Pattern.Match(line).Groups;
        return UtcTimestamp.Parse(parts["at"].Value) is { } reachedAt
            && long.TryParse(parts["offset"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
                ? new PositionLine(reachedAt, offset, parts["id"].Value)
                : null;
    }
}
