using System.Globalization;
using System.Net;

namespace F2bBroker.UnitTests.Properties;

/// <summary>A network as text of its fixed bits: slow, and independent of the program's code.</summary>
/// <param name="Bits">The fixed bits, each 0 or 1.</param>
/// <param name="Width">The number of bits of an address.</param>
internal sealed record BitNetwork(string Bits, int Width)
{
    private const int MappedPrefixLength = 96;

    private static readonly string MappedPrefix = new string('0', 80) + new string('1', 16);

    /// <summary>Returns the network around an address. IPv4 that is mapped to IPv6 is IPv4.</summary>
    public static BitNetwork Around(byte[] address, int prefixLength)
    {
        string bits = string.Concat(address.Select(part => part.ToString("b8", CultureInfo.InvariantCulture)))[..prefixLength];
        return address.Length == 16 && bits.StartsWith(MappedPrefix, StringComparison.Ordinal)
            ? new BitNetwork(bits[MappedPrefixLength..], 32)
            : new BitNetwork(bits, address.Length * 8);
    }

    public bool Contains(BitNetwork other) => Width == other.Width && other.Bits.StartsWith(Bits, StringComparison.Ordinal);

    public bool Overlaps(BitNetwork other) => Contains(other) || other.Contains(this);

    /// <summary>Returns the same network of .NET.</summary>
    public IPNetwork ToSystem()
    {
        string address = Bits.PadRight(Width, '0');
        byte[] bytes = [.. Enumerable.Range(0, Width / 8).Select(i => Convert.ToByte(address.Substring(8 * i, 8), 2))];
        return new IPNetwork(new IPAddress(bytes), Bits.Length);
    }
}
