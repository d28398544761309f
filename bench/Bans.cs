using System.Globalization;
using System.Text;

namespace F2bBroker.Bench;

/// <summary>Bans in the network that is set aside for benchmarks (198.18.0.0/15, RFC 2544), all different.</summary>
internal static class Bans
{
    public const int Count = 100_000;

    public static string Address(int i) => $"198.{18 + (i >> 16)}.{(i >> 8) & 255}.{i & 255}";

    /// <summary>Returns a message's body as the producer sends it.</summary>
    public static byte[] Body(int i) =>
        Encoding.UTF8.GetBytes(
            $$"""{"ip":"{{Address(i)}}","jail":"sshd","server":"origin","detectedAt":"{{Now}}"}""");

    /// <summary>Returns a ban's line of fail2ban's log, dated now, with its LF.</summary>
    public static string Line(int i) => LogLine($"fail2ban.actions        [1674]: NOTICE  [sshd] Ban {Address(i)}");

    /// <summary>Returns which ban a message's body is about; null if it is none of these.</summary>
    public static int? IndexIn(ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> before = "\"198."u8;
        int start = body.IndexOf(before);
        int length = start < 0 ? -1 : body[(start + before.Length)..].IndexOf((byte)'"');
        return length < 0 ? null : IndexOf(body.Slice(start + before.Length, length));
    }

    public static string LogLine(string text) =>
        string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetLocalNow():yyyy-MM-dd HH:mm:ss,fff} {text}\n");

    /// <param name="rest">The address without its first byte: <c>18.0.255</c>.</param>
    private static int IndexOf(ReadOnlySpan<byte> rest)
    {
        int index = 0;
        foreach (Range part in rest.Split((byte)'.'))
        {
            index = (index << 8) + int.Parse(rest[part], CultureInfo.InvariantCulture);
        }

        return index - (18 << 16);
    }

    public static string Now => $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ}";
}
