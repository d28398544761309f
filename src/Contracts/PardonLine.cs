using System.Text.RegularExpressions;

namespace F2bBroker.Contracts;

/// <summary>
/// A <c>Pardon</c> line of the monitored log: an operator took the bans of an address or network back. The filter f2bbroker-pardon matches
/// it.
/// </summary>
/// <param name="WrittenAt">The first date.</param>
/// <param name="Text">The rest of the line after the first date.</param>
/// <param name="Ip">The pardoned address or network.</param>
/// <param name="Until">The end of the pardon; null if it never ends.</param>
public sealed partial record PardonLine(DateTimeOffset WrittenAt, string Text, Subnet Ip, DateTimeOffset? Until)
{
    // 2026-11-27T02:44:24.312Z Pardon 203.0.113.7 operator=alice until=2026-11-28T02:44:23.706Z
    // 2026-11-27T02:44:24.312Z Pardon 203.0.113.7 operator=alice until=- scope=f2bbroker
    [GeneratedRegex(
        @"^(?<at>[^ ]+) (?<text>Pardon (?<ip>[^ ]+) operator=[a-z0-9.-]+ until=(?<until>[^ ]+)(?: scope=f2bbroker)?)\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }

    /// <summary>Returns the text of the line for one address or network.</summary>
    /// <param name="ip">The pardoned address or network, one inside it, or one that the pardoned server reported.</param>
    public static string FormatText(Pardon pardon, Subnet ip) =>
        $"Pardon {ip} operator={pardon.Operator} until={(pardon.Until is { } until ? UtcTimestamp.Format(until) : "-")}"
            // The server's reports say nothing about bans of local jails, so only the jail f2bbroker releases the address.
            + (pardon.Server is null ? "" : " scope=f2bbroker");

    /// <summary>Returns the line, or null if the text (without its LF) is not a whole line of this format.</summary>
    public static PardonLine? Parse(string line)
    {
        GroupCollection parts = Pattern.Match(line).Groups;
        string until = parts["until"].Value;
        DateTimeOffset? end = UtcTimestamp.Parse(until);
        return UtcTimestamp.Parse(parts["at"].Value) is { } writtenAt
            && Subnet.ParseCanonical(parts["ip"].Value) is { } ip
            && (end is not null || until == "-")
                ? new PardonLine(writtenAt, parts["text"].Value, ip, end)
                : null;
    }

    /// <summary>Returns true if the line takes the ban back.</summary>
    public bool Covers(Ban ban) => Ip.Overlaps(ban.Ip) && (Until is not { } until || ban.DetectedAt < until);
}
