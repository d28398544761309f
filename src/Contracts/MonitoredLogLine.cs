using System.Text.RegularExpressions;

namespace F2bBroker.Contracts;

/// <summary>A line of the monitored log: the date of writing, a word (<c>Ban</c>, <c>Report</c> or <c>Trial</c>) and the ban.</summary>
/// <param name="WrittenAt">The first date. fail2ban compares it with <c>findtime</c>.</param>
/// <param name="Text">The rest of the line after the first date.</param>
/// <param name="Ban">The ban. A <c>Report</c> line holds a ban that fewer servers than the quorum have reported, or a forwarded one, a
/// <c>Trial</c> line one that would have been banned.</param>
public sealed partial record MonitoredLogLine(DateTimeOffset WrittenAt, string Text, Ban Ban)
{
    // 2026-11-23T02:44:24.312Z Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z
    [GeneratedRegex(
        @"^(?<at>[^ ]+) (?<text>(?:Ban|Report|Trial) (?<ip>[^ ]+) jail=(?<jail>[A-Za-z0-9._-]+) server=(?<server>[a-z0-9.-]+) "
        + @"detected=(?<detected>[^ ]+))\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }

    /// <summary>True if the filter matches the line.</summary>
    public bool IsBan => Text.StartsWith("Ban ", StringComparison.Ordinal);

    /// <summary>True if the ban would have been banned.</summary>
    public bool IsTrial => Text.StartsWith("Trial ", StringComparison.Ordinal);

    /// <summary>Returns the text of a ban that fail2ban is to enforce: the filter matches it.</summary>
    public static string BanText(Ban ban) => $"Ban {ban.Identity}";

    /// <summary>Returns the text of a ban below the quorum, or of a forwarded one: the filter does not match it.</summary>
    public static string ReportText(Ban ban) => $"Report {ban.Identity}";

    /// <summary>Returns the text of a ban that would have been banned: the filter does not match it.</summary>
    public static string TrialText(Ban ban) => $"Trial {ban.Identity}";

    /// <summary>Returns the whole line, LF included.</summary>
    /// <param name="writtenAt">The time of writing.</param>
    /// <param name="text"><see cref="BanText"/>, <see cref="ReportText"/> or <see cref="TrialText"/>.</param>
    public static string Format(DateTimeOffset writtenAt, string text) => $"{UtcTimestamp.Format(writtenAt)} {text}\n";

    /// <summary>Returns the line, or null if the text (without its LF) is not a whole line of this format.</summary>
    public static MonitoredLogLine? Parse(string line)
    {
        GroupCollection parts = Pattern.Match(line).Groups;
        return UtcTimestamp.Parse(parts["at"].Value) is { } writtenAt
            && Subnet.ParseCanonical(parts["ip"].Value) is { } ip
            && parts["jail"].Length <= Ban.MaxJailLength
            && ServerName.IsValid(parts["server"].Value)
            && UtcTimestamp.Parse(parts["detected"].Value) is { } detectedAt
                ? new MonitoredLogLine(writtenAt, parts["text"].Value, new Ban(ip, parts["jail"].Value, parts["server"].Value, detectedAt))
                : null;
    }
}
