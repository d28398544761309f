using System.Text.RegularExpressions;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Producer.Parsing;

/// <summary>Explains why a line about a ban is not shared.</summary>
internal static partial class UnsharedLine
{
    // [sshd] Restore Ban 192.0.2.1; in the journal by syslog: NOTICE [sshd] Restore Ban 192.0.2.1
    [GeneratedRegex(
        @"^(?:[A-Z]{4,8} +)?\[(?<jail>(?:[^\]]|\](?! ))*)\] (?<kind>Restore Ban|Repeal Ban|Reban|Increase Ban|Ban) (?<id>.*)\z",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Kind { get; }

    // Anything that ends like the message of a ban.
    [GeneratedRegex(@"\] Ban (?<ip>[0-9A-Fa-f:./]{2,49})\z", RegexOptions.ExplicitCapture | RegexOptions.RightToLeft)]
    private static partial Regex BanAtEnd { get; }

    /// <summary>
    /// Returns true if the line contains the words of a message about a ban. All other lines, most of a log, are not parsed.
    /// </summary>
    public static bool IsCandidate(ReadOnlySpan<byte> line) =>
        line.IndexOf(" Ban "u8) >= 0 || line.IndexOf(" Reban "u8) >= 0 || line.IndexOf(" already banned"u8) >= 0;

    /// <param name="line">A line of a log that is not a ban that can be shared.</param>
    /// <param name="format">Which program writes the log, by the configuration.</param>
    public static SkipReason FindReason(string line, LogFormat format)
    {
        LogHeader header = LogHeader.Parse(line);
        return format == LogFormat.F2bBroker
            ? FindReasonOfForm(header.Form, format) ?? SkipReason.Incomplete
            : ReasonOfMessage(header) ?? ReasonOfForm(header, format);
    }

    /// <param name="message">The message of an entry of the journal that is not a ban that can be shared.</param>
    public static SkipReason FindReasonInJournal(string message) =>
        ReasonOfMessage(LogHeader.Parse(message)) ?? SkipReason.NotStructured;

    /// <summary>Returns why no line of that form is shared; null if such a line can be shared.</summary>
    public static SkipReason? FindReasonOfForm(LogForm form, LogFormat format) => form switch
    {
        LogForm.Consumer => format == LogFormat.F2bBroker ? null : SkipReason.WrittenByConsumer,
        not LogForm.Unknown when format == LogFormat.F2bBroker => SkipReason.NotWrittenByConsumer,
        LogForm.Undated => SkipReason.NoDate,
        LogForm.UndatedVerbose => SkipReason.TooVerbose,
        LogForm.SyslogVerbose => SkipReason.VerboseToSyslog,
        LogForm.Syslog when format != LogFormat.Syslog => SkipReason.WrittenBySyslog,
        LogForm.Dated or LogForm.DatedVerbose when format == LogFormat.Syslog => SkipReason.NotWrittenBySyslog,
        _ => null,
    };

    /// <summary>Returns null for the ban of an address or network: then its form is the reason.</summary>
    private static SkipReason? ReasonOfMessage(LogHeader header)
    {
        Match match = Kind.Match(header.Message);
        bool isOfActions = header.Logger is null or "fail2ban.actions" or "fail2ban.server.actions";
        return match.Groups["kind"].Value switch
        {
            "Increase Ban" => SkipReason.IncreaseBan,
            "Restore Ban" when isOfActions => SkipReason.RestoreBan,
            "Repeal Ban" when isOfActions => SkipReason.RepealBan,
            "Reban" when isOfActions => SkipReason.Reban,
            _ when isOfActions && header.Message.EndsWith(" already banned", StringComparison.Ordinal) => SkipReason.AlreadyBanned,
            "Ban" when isOfActions => ReasonOfBan(match.Groups["id"].Value),
            _ when header.Form == LogForm.Consumer => null,
            _ when header.Form == LogForm.Unknown && EndsLikeBan(header.Message) => null,
            _ when isOfActions && IsNotice(header.Level) && EndsLikeBan(header.Message) => SkipReason.AmbiguousName,
            _ => SkipReason.OtherMessage,
        };
    }

    private static SkipReason? ReasonOfBan(string id) =>
        Subnet.Parse(id) is not null ? null
        : Subnet.Parse(id.Trim('\0', '\r', '\t')) is not null ? SkipReason.Damaged
        : SkipReason.NotAnAddress;

    private static SkipReason ReasonOfForm(LogHeader header, LogFormat format) =>
        // Other programs write to a syslog file, and users can put any text there.
        header.Form == LogForm.Unknown && format == LogFormat.Syslog ? SkipReason.OtherMessage
        : FindReasonOfForm(header.Form, format)
            ?? (Kind.Match(header.Message).Groups["jail"].Length > BanLogPattern.MaxJailLength
                ? SkipReason.JailNameTooLong
                : SkipReason.UnknownForm);

    // Some forms cut the level to five letters.
    private static bool IsNotice(string level) => level is "NOTICE" or "NOTIC";

    private static bool EndsLikeBan(string message) =>
        BanAtEnd.Match(message) is { Success: true } match && Subnet.Parse(match.Groups["ip"].Value) is not null;
}
