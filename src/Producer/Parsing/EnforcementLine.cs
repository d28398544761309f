using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.Producer.Parsing;

/// <summary>
/// A line in which fail2ban logs what it did with a shared ban, in the jail <c>f2bbroker</c> or in one named <c>f2bbroker-…</c>. The jail
/// <c>f2bbroker-pardon</c> is not included, because it bans nobody.
/// </summary>
/// <param name="Result">What fail2ban did.</param>
/// <param name="At">The time of the line, in UTC.</param>
internal sealed partial record EnforcementLine(EnforcementResult Result, DateTimeOffset At)
{
    private const string Jail = @"\[(?!f2bbroker-pardon\])f2bbroker(?:-(?:[^\]]|\](?! )){1,190})?\]";
    private const string QuotedJail = "'(?!f2bbroker-pardon')f2bbroker(?:-[^']{1,190})?'";
    private const string Ip = "(?<ip>[0-9A-Fa-f:./]{2,49})";

    // Logger and level. The messages differ enough to be recognised without the level. fail2ban.filter[16849]: INFO
    private const string Head = @"(?<logger>fail2ban\.(?:actions|server\.actions|filter)) {0,9}(?:\[[1-9][0-9]{0,9}\])?: [A-Z]{4,8} {1,4}";

    // 2026-11-23 02:53:42,545 fail2ban.actions        [1674]: NOTICE  [f2bbroker] Ban 198.51.100.1
    //  2026-11-26 23:31:30,856 7F2D461EA040 NOTIC [f2bbroker] Ban 203.0.113.77
    [GeneratedRegex(
        $"^(?:{LogTime.Pattern}{Head}| {LogTime.Pattern}[0-9A-F]{{1,16}} [A-Z]{{4,8}} {{1,4}})(?<message>.*)",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex OfLog { get; }

    // Jan 16 17:11:25 host fail2ban.actions[6605]: NOTICE [f2bbroker] Ban 192.0.2.1; others as in SyslogLine
    [GeneratedRegex(
        $@"^{SyslogTime.Pattern}(?:fail2ban-server\[[1-9][0-9]{{0,9}}\]: |{SyslogTime.Facility}\.[a-z]{{3,7}} )?{Head}(?<message>.*)",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex OfSyslog { get; }

    // fail2ban.actions        [1674]: NOTICE  [f2bbroker] Ban 192.0.2.1
    [GeneratedRegex($"^{Head}(?<message>.*)", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex WithLogger { get; }

    // NOTICE [f2bbroker] Ban 192.0.2.1
    [GeneratedRegex("^[A-Z]{4,8} {1,4}(?<message>.*)", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex WithLevel { get; }

    // A failed action's info follows, with foreign text in it, so only the beginning is compared.
    [GeneratedRegex(
        $@"^(?:{Jail} (?:(?<banned>Ban {Ip})|(?<restored>Restore Ban {Ip})|{Ip} (?<already>already banned)"
        + $@"|Ignore {Ip}(?:(?<expired>, expired bantime)"
        + $@"|(?<ignored> by (?:ip|dns|ip-set|command|ignoreself rule|file:.{{1,400}}))))\z"
        + $"|(?<failed>Failed to execute ban jail {QuotedJail} action '))",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Message { get; }

    /// <summary>Returns true if the line contains the words of such a message that no message about a ban contains.</summary>
    public static bool IsCandidate(ReadOnlySpan<byte> line) =>
        line.IndexOf("f2bbroker"u8) >= 0
        && (line.IndexOf("] Ignore "u8) >= 0 || line.IndexOf("Failed to execute ban jail '"u8) >= 0);

    /// <summary>Parses a line of the log that fail2ban writes; null if it is another message.</summary>
    public static EnforcementLine? ParseLog(string line, TimeZoneInfo zone) =>
        IsAboutSharedBan(line) && OfLog.Match(line) is { Success: true } match && FindResult(match) is { } result
        && LogTime.Parse(match) is { } local && LocalTimeConverter.ToUtc(local, zone) is { } at
            ? new EnforcementLine(result, at)
            : null;

    /// <summary>Parses a line of a syslog file; null if it is another message.</summary>
    public static EnforcementLine? ParseSyslog(string line, TimeProvider time) =>
        IsAboutSharedBan(line) && OfSyslog.Match(line) is { Success: true } match && FindResult(match) is { } result
        && SyslogTime.Parse(match, time) is { } at
            ? new EnforcementLine(result, at)
            : null;

    /// <summary>Returns the result that a message of the journal reports; null if it is another message.</summary>
    /// <param name="logger">The logger; null if the message begins with it.</param>
    /// <param name="hasLevel">True if the message begins with the level.</param>
    public static EnforcementResult? FindResult(string message, string? logger, bool hasLevel) =>
        !IsAboutSharedBan(message) ? null
        : logger is null ? WithLogger.Match(message) is { Success: true } full ? FindResult(full) : null
        : !hasLevel ? FindResult(message, logger)
        : WithLevel.Match(message) is { Success: true } match ? FindResult(match.Groups["message"].Value, logger)
        : null;

    // Most lines about bans are not. This is faster than a pattern.
    private static bool IsAboutSharedBan(string line) => line.Contains("f2bbroker", StringComparison.Ordinal);

    private static EnforcementResult? FindResult(Match head) =>
        FindResult(head.Groups["message"].Value, head.Groups["logger"] is { Success: true } logger ? logger.Value : null);

    /// <param name="logger">The logger; null if the form does not name it.</param>
    private static EnforcementResult? FindResult(string message, string? logger)
    {
        Match match = Message.Match(message);
        return
            !match.Success || logger is not null && !IsLoggerOf(match, logger) ? null
            : match.Groups["failed"].Success ? EnforcementResult.Failed
            : Subnet.Parse(match.Groups["ip"].Value) is null ? null
            : match.Groups["banned"].Success ? EnforcementResult.Banned
            : match.Groups["restored"].Success ? EnforcementResult.Restored
            : match.Groups["already"].Success ? EnforcementResult.AlreadyBanned
            : EnforcementResult.Ignored;
    }

    private static bool IsLoggerOf(Match message, string logger) =>
        message.Groups["ignored"].Success ? logger == "fail2ban.filter" : logger is "fail2ban.actions" or "fail2ban.server.actions";
}
