using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.Producer.Parsing;

/// <summary>An entry of the journal, as <c>journalctl --output=json</c> prints it in one line.</summary>
/// <param name="Cursor">The journal's cursor of the entry.</param>
/// <param name="Ban">The ban; null if the entry is not one.</param>
/// <param name="Skipped">Why an entry about a ban is not shared; null if it is not about a ban.</param>
/// <param name="Enforcement">What fail2ban did with a shared ban; null if the entry is not about one.</param>
internal sealed partial record JournalEntry(
    string Cursor,
    Ban? Ban = null,
    SkipReason? Skipped = null,
    EnforcementLine? Enforcement = null)
{
    /// <summary>fail2ban's unit.</summary>
    public const string Unit = "fail2ban.service";

    /// <summary>The fields that are requested. journalctl always prints cursor and time.</summary>
    public const string Fields = "MESSAGE,PRIORITY,LOGGER,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT,_TRANSPORT";

    // LOGGER=fail2ban.actions: [sshd] Ban 192.0.2.1
    [GeneratedRegex("^" + BanLogPattern.Pattern, RegexOptions.ExplicitCapture)]
    private static partial Regex Message { get; }

    // SYSLOG_IDENTIFIER=fail2ban.actions: NOTICE [sshd] Ban 192.0.2.1
    [GeneratedRegex("^(?:NOTICE {1,2}|WARNING )" + BanLogPattern.Pattern, RegexOptions.ExplicitCapture)]
    private static partial Regex MessageWithLevel { get; }

    // fail2ban.actions        [1674]: NOTICE  [sshd] Ban 192.0.2.1
    [GeneratedRegex("^" + BanLogPattern.Head + BanLogPattern.Pattern, RegexOptions.ExplicitCapture)]
    private static partial Regex MessageWithLogger { get; }

    /// <summary>Parses a line; null if it is not an entry.</summary>
    /// <param name="server">The server that reports the ban.</param>
    public static JournalEntry? Parse(ReadOnlyMemory<byte> line, string server)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement entry = document.RootElement;
            if (entry.ValueKind != JsonValueKind.Object || ReadText(entry, "__CURSOR") is not { Length: > 0 } cursor)
            {
                return null;
            }

            Ban? ban = ParseBan(entry, server);
            return new JournalEntry(cursor, ban, ban is null ? FindReason(entry) : null, ParseEnforcement(entry));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // A text that is not UTF-8, or with half of a surrogate pair, is found only when it is read.
            return null;
        }
    }

    private static Ban? ParseBan(JsonElement entry, string server) =>
        IsFromFail2Ban(entry) && IsNotice(entry) && ReadText(entry, "MESSAGE") is { } message && ReadTime(entry) is { } time
        && PatternFor(entry)?.Match(message) is { } match && BanLogPattern.Parse(match) is var (jail, ip)
            ? new Ban(ip, jail, server, time)
            : null;

    private static EnforcementLine? ParseEnforcement(JsonElement entry) =>
        IsFromFail2Ban(entry) && ReadText(entry, "MESSAGE") is { } message && ReadTime(entry) is { } time
        && FindEnforcement(entry, message) is { } result
            ? new EnforcementLine(result, time)
            : null;

    private static EnforcementResult? FindEnforcement(JsonElement entry, string message) =>
        (ReadText(entry, "_TRANSPORT"), ReadText(entry, "LOGGER"), ReadText(entry, "SYSLOG_IDENTIFIER")) switch
        {
            ("journal", { } logger, _) => EnforcementLine.FindResult(message, logger, hasLevel: false),
            ("syslog", null, { } logger) => EnforcementLine.FindResult(message, logger, hasLevel: true),
            ("syslog", null, null) => EnforcementLine.FindResult(message, logger: null, hasLevel: true),
            _ => null,
        };

    private static SkipReason? FindReason(JsonElement entry) =>
        ReadText(entry, "MESSAGE") is { } message && UnsharedLine.IsCandidate(Encoding.UTF8.GetBytes(message))
            ? UnsharedLine.FindReasonInJournal(message)
            : null;

    /// <summary>
    /// Returns true if fail2ban sent the entry. The journal derives the unit from the sender's cgroup and drops fields with a leading
    /// <c>_</c> that a sender sets.
    /// </summary>
    private static bool IsFromFail2Ban(JsonElement entry) => ReadText(entry, "_SYSTEMD_UNIT") == Unit;

    /// <summary>
    /// Returns true for fail2ban's NOTICE: 5 from syslog; 4 from Python's journal handler, which has no notice. Up to 0.8 it was WARNING,
    /// 4.
    /// </summary>
    private static bool IsNotice(JsonElement entry) => ReadText(entry, "PRIORITY") is "4" or "5";

    /// <summary>
    /// Returns the pattern of the actions logger's message, depending on the field that names the logger; null for another logger.
    /// </summary>
    private static Regex? PatternFor(JsonElement entry) =>
        (ReadText(entry, "_TRANSPORT"), ReadText(entry, "LOGGER"), ReadText(entry, "SYSLOG_IDENTIFIER")) switch
        {
            ("journal", "fail2ban.actions", _) => Message,
            ("syslog", null, "fail2ban.actions" or "fail2ban.server.actions") => MessageWithLevel,
            // SYSLOG[padding=on]: the journal does not accept a tag with trailing blanks, so the logger is in the message. The sender is
            // known anyway.
            ("syslog", null, null) => MessageWithLogger,
            // In particular standard output: each line of a message becomes an entry, so a line inside a message could look like fail2ban's
            // own.
            _ => null,
        };

    private static DateTimeOffset? ReadTime(JsonElement entry) =>
        long.TryParse(ReadText(entry, "__REALTIME_TIMESTAMP"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
        && microseconds / 1000 <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(microseconds / 1000)
            : null;

    /// <summary>
    /// Returns the text of a field; null if it is missing, an array (not printable, or sent twice), or too long to be shown.
    /// </summary>
    private static string? ReadText(JsonElement entry, string field) =>
        entry.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
