using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.Producer.Parsing;

/// <summary>An entry of the journal, as <c>journalctl --output=json</c> prints it on a line.</summary>
/// <param name="Cursor">The journal's name for it.</param>
/// <param name="IsBanCandidate">Whether its message tells of a ban at first sight.</param>
/// <param name="Ban">The ban that fail2ban tells of in it.</param>
internal sealed partial record JournalEntry(string Cursor, bool IsBanCandidate, Ban? Ban)
{
    /// <summary>The unit that fail2ban runs as.</summary>
    public const string Unit = "fail2ban.service";

    /// <summary>The fields that are read, besides cursor and time, which journalctl always prints.</summary>
    public const string Fields = "MESSAGE,PRIORITY,LOGGER,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT,_TRANSPORT";

    // LOGGER=fail2ban.actions: [sshd] Ban 192.0.2.1
    [GeneratedRegex("^" + BanLogPattern.Pattern, RegexOptions.ExplicitCapture)]
    private static partial Regex Message { get; }

    // SYSLOG_IDENTIFIER=fail2ban.actions: NOTICE [sshd] Ban 192.0.2.1
    [GeneratedRegex("^(?:NOTICE {1,2}|WARNING )" + BanLogPattern.Pattern, RegexOptions.ExplicitCapture)]
    private static partial Regex MessageWithLevel { get; }

    // fail2ban.actions        [1674]: NOTICE  [sshd] Ban 192.0.2.1
    [GeneratedRegex("^" + BanLogPattern.PatternWithLogger, RegexOptions.ExplicitCapture)]
    private static partial Regex MessageWithLogger { get; }

    /// <summary>The entry that the line holds, or null when it holds none.</summary>
    /// <param name="server">Who reports its ban.</param>
    public static JournalEntry? Parse(ReadOnlyMemory<byte> line, string server)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement entry = document.RootElement;
            return entry.ValueKind == JsonValueKind.Object && ReadText(entry, "__CURSOR") is { Length: > 0 } cursor
                ? new JournalEntry(
                    cursor,
                    ReadText(entry, "MESSAGE")?.Contains(" Ban ", StringComparison.Ordinal) ?? false,
                    ParseBan(entry, server))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Ban? ParseBan(JsonElement entry, string server) =>
        IsFromFail2Ban(entry) && IsNotice(entry) && ReadText(entry, "MESSAGE") is { } message && ReadTime(entry) is { } time
        && PatternFor(entry)?.Match(message) is { } match && BanLogPattern.Parse(match) is var (jail, ip)
            ? new Ban(ip, jail, server, time)
            : null;

    /// <summary>
    /// Whether fail2ban sent it: the journal finds the unit out from the sender's cgroup, and drops what a sender writes under a name with
    /// <c>_</c>.
    /// </summary>
    private static bool IsFromFail2Ban(JsonElement entry) => ReadText(entry, "_SYSTEMD_UNIT") == Unit;

    /// <summary>
    /// fail2ban's NOTICE: 5 by syslog; 4 by Python's journal handler, which knows no notice. Up to 0.8 it was WARNING, 4.
    /// </summary>
    private static bool IsNotice(JsonElement entry) => ReadText(entry, "PRIORITY") is "4" or "5";

    /// <summary>What the message of the actions logger looks like, by the field that names the logger; null for another logger.</summary>
    private static Regex? PatternFor(JsonElement entry) =>
        (ReadText(entry, "_TRANSPORT"), ReadText(entry, "LOGGER"), ReadText(entry, "SYSLOG_IDENTIFIER")) switch
        {
            ("journal", "fail2ban.actions", _) => Message,
            ("syslog", null, "fail2ban.actions" or "fail2ban.server.actions") => MessageWithLevel,
            // SYSLOG[padding=on]: the journal takes no tag with blanks behind it, so the logger stands in the message. Who sent it is known
            // all the same.
            ("syslog", null, null) => MessageWithLogger,
            // Standard output above all: there each line of a message is an entry, so that a line smuggled into a message could pass for
            // fail2ban's own.
            _ => null,
        };

    private static DateTimeOffset? ReadTime(JsonElement entry) =>
        long.TryParse(ReadText(entry, "__REALTIME_TIMESTAMP"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
        && microseconds / 1000 <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(microseconds / 1000)
            : null;

    /// <summary>
    /// A field's text; null where there is none, or an array (not printable, or sent twice), or a value that is too long to be shown.
    /// </summary>
    private static string? ReadText(JsonElement entry, string field) =>
        entry.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
