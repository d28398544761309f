using System.Globalization;
using System.Text.Json;
using F2bBroker.Contracts;
using F2bBroker.Producer.Parsing;
using static F2bBroker.Fuzz.BrokenRuleException;

namespace F2bBroker.Fuzz.Targets;

/// <summary>A line that journalctl prints for an entry of the journal.</summary>
internal static class JournalEntryTarget
{
    public static void Run(byte[] input)
    {
        byte[] line = InputText.FirstLine(input, "\n"u8).ToArray();
        if (JournalEntry.Parse(line, "web1") is not { } entry)
        {
            return;
        }

        ThrowUnless(entry.Cursor.Length > 0, "An entry has a cursor.");
        ThrowUnless(entry.Ban is null || entry.Skipped is null, "An entry that is shared is not counted as skipped.");
        using JsonDocument document = JsonDocument.Parse(line);
        ThrowUnless(
            entry is { Ban: null, Enforcement: null } || Field(document, "_SYSTEMD_UNIT") == JournalEntry.Unit,
            "Only fail2ban's own entries count.");
        if (entry.Ban is { } ban)
        {
            CheckFields(ban, document);
            BanRules.Check(ban);
        }
    }

    private static void CheckFields(Ban ban, JsonDocument document)
    {
        string message = Field(document, "MESSAGE");
        string id = message[(message.LastIndexOf(' ') + 1)..];
        string text = $"[{ban.Jail}] Ban {id}";
        string head = message[..^Math.Min(message.Length, text.Length)];
        ThrowUnless(message == head + text && !ban.Jail.Contains("] ", StringComparison.Ordinal), "The message ends with the ban.");
        ThrowUnless(
            Field(document, "_TRANSPORT") switch
            {
                "journal" => head.Length == 0 && Field(document, "LOGGER") == "fail2ban.actions",
                "syslog" => head.Contains("NOTICE ", StringComparison.Ordinal) || head.EndsWith("WARNING ", StringComparison.Ordinal),
                _ => false,
            },
            "The actions logger sent the entry, and nothing else is in front of the ban.");
        BanRules.CheckAddress(ban, id);
        long milliseconds = long.Parse(Field(document, "__REALTIME_TIMESTAMP"), CultureInfo.InvariantCulture) / 1000;
        ThrowUnless(ban.DetectedAt.ToUnixTimeMilliseconds() == milliseconds, "The time of a ban is the journal's.");
    }

    private static string Field(JsonDocument document, string name) =>
        document.RootElement.EnumerateObject().Last(field => field.NameEquals(name)).Value.GetString()!;
}
