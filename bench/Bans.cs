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

    public static string LogLine(string text) =>
        string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetLocalNow():yyyy-MM-dd HH:mm:ss,fff} {text}\n");

    private static string Now => $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ}";
}
