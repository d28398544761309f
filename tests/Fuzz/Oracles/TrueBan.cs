using System.Net;
using F2bBroker.Contracts;

namespace F2bBroker.Fuzz.Oracles;

/// <summary>A ban as the fuzz test represents it, without the program's own types.</summary>
/// <param name="Network">The bytes of the network in hexadecimal, and the prefix: <c>CB007100/24</c>.</param>
internal sealed record TrueBan(string Network, string Jail, DateTimeOffset At)
{
    public static TrueBan From(Ban ban)
    {
        string[] parts = ban.Ip.ToString().Split('/');
        byte[] address = IPAddress.Parse(parts[0]).GetAddressBytes();
        return new TrueBan(
            $"{Convert.ToHexString(address)}/{(parts.Length > 1 ? parts[1] : address.Length * 8)}",
            ban.Jail,
            ban.DetectedAt);
    }
}
