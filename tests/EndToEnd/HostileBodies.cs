using System.Text;
using System.Text.Json;

namespace F2bBroker.EndToEndTests;

/// <summary>Messages that a compromised server could send: bans of web1, each with one invalid or unusual part.</summary>
/// <param name="now">The time of the bans.</param>
internal sealed class HostileBodies(DateTimeOffset now)
{
    private const string NotJson = "the body is not JSON, or it is nested deeper than 64 levels";
    private const string NoText = "a field stands twice, or is no valid text";
    private const string ForgedLine = "\n2026-11-23T02:44:24.312Z Ban 8.8.8.8 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z\n";

    private static readonly string[] Fields = ["ip", "jail", "server", "detectedAt"];

    /// <summary>Characters that end a line, control a terminal, separate fields, or look like another one.</summary>
    private static readonly string[] Odd =
    [
        .. Enumerable.Range(0, 0x20)
            .Concat([0x7f, 0x85, 0xa0, 0x2028, 0x2029, 0x202e, 0xfeff])
            .Select(c => ((char)c).ToString()),
        " ", "=", "\"", "\\", "\ud83d\ude00", ForgedLine,
    ];

    /// <summary>Returns bodies that are not a ban, each with the reason for its refusal.</summary>
    public IEnumerable<(byte[] Body, string Reason)> Refused() =>
        [.. Unreadable(), .. Fields.SelectMany(Malformed), .. Addresses(), .. Servers(), .. Dates()];

    /// <summary>Returns bodies that are a ban, each with its line in the monitored log, without the date.</summary>
    public IEnumerable<(byte[] Body, string Line)> Written()
    {
        int next = 0;
        string Ip() => $"198.18.0.{++next}";
        foreach (string odd in Odd)
        {
            string jail = $"a{odd}b";
            string ip = Ip();
            yield return (With(ip, "jail", Json(jail)), Line(ip, jail));
        }

        foreach (string jail in new[] { " ", "../../etc", "%(x)s", "<HOST>", "sshd]", "Ä", new string('j', 200) })
        {
            string ip = Ip();
            yield return (With(ip, "jail", Json(jail)), Line(ip, jail));
        }

        foreach (string value in new[]
            {
                "null", "1e999999", new string('9', 5_000), "{\"ip\":[]}", "\"\\ud800\"",
                $"\"{ForgedLine.Replace("\n", "\\n", StringComparison.Ordinal)}\"",
            })
        {
            // An unknown field, and the one of a forwarded ban.
            foreach (string name in new[] { "more", "via" })
            {
                string ip = Ip();
                yield return (With(ip, name, value), Line(ip));
            }
        }

        string last = Ip();
        yield return (With(last, "more", $"\"{new string('x', MaxBytes - With(last, "more", "\"\"").Length)}\""), Line(last));
        foreach (string name in new[] { "IP", "\\n" })
        {
            string ip = Ip();
            yield return (With(ip, name, "\"8.8.8.8\""), Line(ip));
        }

        foreach (string ip in new[]
            {
                "2001:db8::5efe:c000:201", "64:ff9b::102:304", "2002:102:304::", "1:2:3:4:5:6:7:8", "::102:304", "2001:db8:0:1::",
            })
        {
            yield return (With(ip, "jail", "\"sshd\""), Line(ip));
        }
    }

    /// <summary>Returns bodies of a ban that the receiver skips, each with the reason under which it is counted.</summary>
    public IEnumerable<(byte[] Body, string Count)> Skipped()
    {
        foreach (string ip in new[] { "0.0.0.0/0", "::/0", "203.0.113.0/24", "2001:db8::/127" })
        {
            yield return (With("ip", Json(ip)), "of a network wider than minprefix");
        }

        foreach (string ip in new[] { "::", "::1", "10.0.0.1", "127.0.0.1", "fe80::1" })
        {
            yield return (With("ip", Json(ip)), "of a private address");
        }

        foreach (DateTimeOffset time in new[] { now.AddDays(-1).AddSeconds(-1), DateTimeOffset.MinValue })
        {
            yield return (With("detectedAt", Json(Utc(time))), "older than maxage");
        }
    }

    public const int MaxBytes = 8 * 1024;

    public static string TooLong(int length) => $"the body has {length} bytes, allowed are {MaxBytes}; its first {MaxBytes} are kept";

    /// <summary>Returns a ban whose body has that many bytes.</summary>
    public byte[] Padded(int length) => With("more", $"\"{new string('x', length - With("more", "\"\"").Length)}\"");

    private IEnumerable<(byte[] Body, string Reason)> Unreadable()
    {
        string good = Encoding.UTF8.GetString(With("jail", "\"sshd\""));
        string[] notJson =
        [
            "hello", "{",
            good[..^1],
            good + "}",
            good + good,
            "/**/" + good,
            good.Replace("}", ",}", StringComparison.Ordinal),
            good.Replace('"', '\''),
            "\u0000", "NaN",
            "\ufeff" + good,
            new('[', 6_000),
            $"{{\"x\":{new string('[', 100)}{new string(']', 100)},{good[1..]}",
            .. Odd.Where(odd => odd[0] < ' ').Select(odd => good.Replace("sshd", odd, StringComparison.Ordinal)),
        ];
        return
        [
            ([], "the body is empty"),
            .. notJson.Select(text => (Encoding.UTF8.GetBytes(text), NotJson)),
            .. new[] { Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32 }.Select(encoding => (encoding.GetBytes(good), NotJson)),
            ([0xff, 0xfe, .. Encoding.Unicode.GetBytes(good)], NotJson),
            .. new[] { "[]", "null", "5", "true", "\"x\"", $"[{good}]" }.Select(text =>
                (Encoding.UTF8.GetBytes(text), "the body is not a JSON object")),
            (Encoding.UTF8.GetBytes("{}"), "ip is missing"),
            (Encoding.UTF8.GetBytes("{\"\\ud800\":1}"), NoText),
            (With("\\ud800", "1"), NoText),
            (With("more", "{\"a\":1,\"a\":2}"), NoText),
            (Padded(MaxBytes + 1), TooLong(MaxBytes + 1)),
            (Padded(1_000_000), TooLong(1_000_000)),
            (Encoding.UTF8.GetBytes(new string('[', 100_000)), TooLong(100_000)),
            (Garbage(1_000_001), TooLong(1_000_001)),
        ];
    }

    private IEnumerable<(byte[] Body, string Reason)> Malformed(string field)
    {
        string good = Encoding.UTF8.GetString(With(field, "\"\""));
        byte[] invalid = With(field, "\"xx\"");
        invalid[invalid.AsSpan().IndexOf("xx"u8)] = 0xc0;
        string huge = With(field, Json(new string('h', 1_000_002))) is { Length: var length } ? TooLong(length) : "";
        return
        [
            .. new[] { "5", "1e999999", new string('9', 5_000), "true", "[]", "[\"x\"]", "{}", "null" }.Select(json =>
                (With(field, json), $"{field} is not a text")),
            (Encoding.UTF8.GetBytes(good.Replace($"\"{field}\"", "\"x\"", StringComparison.Ordinal)), $"{field} is missing"),
            (
                Encoding.UTF8.GetBytes(good.Replace($"\"{field}\"", $"\"{field.ToUpperInvariant()}\"", StringComparison.Ordinal)),
                $"{field} is missing"),
            (Encoding.UTF8.GetBytes(good.Replace("{", $"{{\"{field}\":\"x\",", StringComparison.Ordinal)), NoText),
            (With(field, "\"\\ud800\""), NoText),
            (With(field, "\"\\udc00x\""), NoText),
            (invalid, NoText),
            (With(field, Json(new string('h', 1_000_002))), huge),
        ];
    }

    private IEnumerable<(byte[] Body, string Reason)> Addresses()
    {
        string[] spellings =
        [
            "", " ", "bob", "1.2.3", "1.2", "16909060", "010.0.0.1", "0x1.2.3.4", "0x01020304", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4",
            "1.2.3.4.", ".1.2.3.4", "1..2.3", "1.2.3.04", "1.2.3.4:80", "[1.2.3.4]", "1.2.3.4/32", "1.2.3.4/33", "1.2.3.4/024", "1.2.3.4/",
            "1.2.3.4/-1", "1.2.3.4/+8", "1.2.3.4/8", "1.2.3.0/24/24", "1.2.3.0/255.255.255.0", "1.2.3.0/99999999999999999999", "0.0.0.0/00",
            "\uff11.2.3.4", "1\uff0e2.3.4", "\u0661.2.3.4", "[::1]", "[2001:db8::1]:80", "2001:DB8::1", "2001:0db8::1",
            "2001:db8:0:0:0:0:0:1", "2001:db8::0:1", "2001:db8::1::1", "2001:db8:::1", "2001:db8::12345", "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::", "2001:db8::/129", "2001:db8::1/128", "2001:db8::1/64", "2001:db8::1%eth0", "fe80::1%1",
            "fe80::1%", "fe80::1%25eth0", "::ffff:1.2.3.4", "::ffff:102:304", "::FFFF:1.2.3.4", "::ffff:1.2.3.0/120", "::ffff:0:0/96",
            "::1.2.3.4", "64:ff9b::1.2.3.4", "2001:db8::5efe:192.0.2.1", "::g", "2001:db8::1\u200b", "example.org", "203.0.113.7 jail=x",
            "203.0.113.7,203.0.113.8",
            new('1', 6_000),
            new(':', 5_000),
            .. Odd.Select(odd => "203.0.113.7" + odd),
            .. Odd.Select(odd => odd + "203.0.113.7"),
        ];
        return spellings.Select(ip => (With("ip", Json(ip)), $"ip {Quoted(ip)} is not an address or network in canonical text"));
    }

    private IEnumerable<(byte[] Body, string Reason)> Servers() =>
        [
            (With("jail", "\"\""), "jail has 0 characters, allowed are 1 to 200"),
            (With("jail", Json(new string('j', 201))), "jail has 201 characters, allowed are 1 to 200"),
            (With("jail", Json(new string('j', 6_000))), "jail has 6000 characters, allowed are 1 to 200"),
            .. new[] { "", "web2", "Web1", "web1.", "w\u0435b1", ".*", new('w', 6_000) }
                .Concat(Odd.Select(odd => "web1" + odd))
                .Concat(Odd.Select(odd => odd + "web1"))
                .Select(server => (With("server", Json(server)), $"server {Quoted(server)} is not the sender 'web1'")),
        ];

    private IEnumerable<(byte[] Body, string Reason)> Dates()
    {
        string good = Utc(now);
        string[] malformed =
        [
            "", "yesterday", "1795401863", "1795401863.706",
            good[..^1],
            good[..^1] + "z",
            good[..^1] + "+00:00",
            good[..^1] + "+02:00",
            good.Replace('T', ' '),
            good.Replace('T', 't'),
            good[..10],
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "2026-11-00T00:00:00Z",
            "2026-11-31T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T23:60:00Z", "2026-11-23T23:59:60Z", "0000-01-01T00:00:00Z",
            "10000-01-01T00:00:00Z", "-2026-01-01T00:00:00Z", "2026-11-23T02:44:23.12345678Z", "2026-11-23T02:44:23.Z",
            "2026-11-23T02:44:23,706Z", "2026-11-23T2:44:23Z", "20261123T024423Z", "\uff12026-11-23T02:44:23Z",
            new('2', 6_000),
            .. Odd.Select(odd => good + odd),
            .. Odd.Select(odd => odd + good),
        ];
        return
        [
            .. malformed.Select(date =>
                (With("detectedAt", Json(date)), $"detectedAt {Quoted(date)} is not a UTC time such as 2026-11-23T02:44:23.706Z")),
            .. new[] { now.AddMinutes(15), DateTimeOffset.MaxValue }.Select(time =>
                (With("detectedAt", Json(Utc(time))), $"detectedAt {Utc(time)} is more than 10 minutes in the future")),
        ];
    }

    private static string Quoted(string text) =>
        $"'{string.Concat(text.Take(64).Select(c => c is >= ' ' and <= '~' ? c : '?'))}{(text.Length > 64 ? "'..." : "'")}";

    private static string Json(string text) => JsonSerializer.Serialize(text);

    private static string Utc(DateTimeOffset time) => $"{time:yyyy-MM-ddTHH:mm:ss.fffZ}";

    /// <summary>Returns bytes of every value, which are not JSON.</summary>
    private static byte[] Garbage(int length) => [.. Enumerable.Range(1, length).Select(i => (byte)(i * 7919))];

    private string Line(string ip, string jail = "sshd") =>
        $"Ban {ip} jail={string.Concat(jail.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'))} server=web1 "
            + $"detected={Utc(now)}";

    private byte[] With(string field, string json) => With("203.0.113.7", field, json);

    private byte[] With(string ip, string field, string json)
    {
        Dictionary<string, string> fields = new()
        {
            ["ip"] = Json(ip),
            ["jail"] = "\"sshd\"",
            ["server"] = "\"web1\"",
            ["detectedAt"] = Json(Utc(now)),
        };
        fields[field] = json;
        return Encoding.UTF8.GetBytes($"{{{string.Join(',', fields.Select(pair => $"\"{pair.Key}\":{pair.Value}"))}}}");
    }
}
