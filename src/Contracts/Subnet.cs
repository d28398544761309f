using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace F2bBroker.Contracts;

/// <summary>An IPv4 or IPv6 address or network. An address is a network with one member.</summary>
/// <remarks>
/// Canonical text is what fail2ban prints: a dotted quad, or IPv6 in compressed hexadecimal groups (RFC 5952 without its dotted tail), with
/// masked network bits and without the prefix length of a single address.
/// </remarks>
public sealed class Subnet : IEquatable<Subnet>
{
    // Stryker disable once all: a static value (docs/mutation.md)
    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("0123456789abcdefABCDEF:.");

    private readonly byte[] network;

    private Subnet(byte[] network, int prefixLength)
    {
        this.network = network;
        PrefixLength = prefixLength;
    }

    public int PrefixLength { get; }

    public bool IsIPv4 => network.Length == 4;

    /// <summary>True for a single address.</summary>
    public bool IsAddress => PrefixLength == network.Length * 8;

    /// <summary>
    /// Returns the network for text in any form that a version of fail2ban prints: upper case, unmasked, IPv4 mapped to IPv6. Returns null
    /// for other text.
    /// </summary>
    public static Subnet? Parse(string text)
    {
        string[] parts = text.Split('/', 2);
        if (ParseAddress(parts[0]) is not { } address)
        {
            return null;
        }

        int width = address.Length * 8;
        int prefixLength = width;
        if (parts is [_, string length]
            && (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out prefixLength)
                || prefixLength > width
                || length is ['0', _, ..]))
        {
            return null;
        }

        Mask(address, prefixLength);
        return Unmap(address, prefixLength);
    }

    /// <summary>Returns the network for canonical text; null for other text.</summary>
    public static Subnet? ParseCanonical(string text) => Parse(text) is { } subnet && subnet.ToString() == text ? subnet : null;

    public static Subnet FromAddress(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return Unmap(bytes, bytes.Length * 8);
    }

    /// <summary>Returns true if both have an address in common. One then contains the other.</summary>
    public bool Overlaps(Subnet other)
    {
        if (network.Length != other.network.Length)
        {
            return false;
        }

        (int bytes, int bits) = Math.DivRem(Math.Min(PrefixLength, other.PrefixLength), 8);
        return network.AsSpan(0, bytes).SequenceEqual(other.network.AsSpan(0, bytes))
            && (bits == 0 || (network[bytes] ^ other.network[bytes]) >> (8 - bits) == 0);
    }

    /// <summary>Returns true if all addresses of the other one are in this one.</summary>
    public bool Contains(Subnet other) => PrefixLength <= other.PrefixLength && Overlaps(other);

    /// <summary>Returns the network with that prefix length that contains this one; this one if it is as wide or wider.</summary>
    public Subnet FindEnclosing(int prefixLength)
    {
        int length = Math.Min(prefixLength, PrefixLength);
        byte[] wider = [.. network];
        Mask(wider, length);
        return new Subnet(wider, length);
    }

    /// <summary>Compares the bytes of the networks and then their prefix lengths.</summary>
    public int CompareTo(Subnet other)
    {
        int order = network.AsSpan().SequenceCompareTo(other.network);
        return order != 0 ? order : PrefixLength.CompareTo(other.PrefixLength);
    }

    public bool Equals(Subnet? other) =>
        other is not null && PrefixLength == other.PrefixLength && network.AsSpan().SequenceEqual(other.network);

    public override bool Equals(object? obj) => Equals(obj as Subnet);

    public override int GetHashCode()
    {
        HashCode hash = new();
        hash.AddBytes(network);
        hash.Add(PrefixLength);
        return hash.ToHashCode();
    }

    /// <summary>Returns the canonical text.</summary>
    public override string ToString()
    {
        string address = IsIPv4 ? string.Join('.', network) : FormatIPv6();
        return IsAddress ? address : $"{address}/{PrefixLength}";
    }

    private static byte[]? ParseAddress(string text)
    {
        // IPAddress also accepts brackets, ports, zone ids, octal and short IPv4, and leading zeros in a dotted tail. None of these is an
        // address in a log.
        if (text.Length > 45 || text.AsSpan().ContainsAnyExcept(AddressCharacters) || !IPAddress.TryParse(text, out IPAddress? address))
        {
            return null;
        }

        byte[] bytes = address.GetAddressBytes();
        bool isInGroups = address.AddressFamily == AddressFamily.InterNetworkV6 && !text.Contains('.');
        return isInGroups || string.Join('.', bytes[^4..]) == text[(text.LastIndexOf(':') + 1)..] ? bytes : null;
    }

    // A network of IPv6 that is wider than all mapped addresses has no mapped address after masking.
    private static Subnet Unmap(byte[] masked, int prefixLength) =>
        new IPAddress(masked).IsIPv4MappedToIPv6 ? new Subnet(masked[12..], prefixLength - 96) : new Subnet(masked, prefixLength);

    private static void Mask(Span<byte> address, int prefixLength)
    {
        for (int i = 0; i < address.Length; i++)
        {
            int bits = Math.Clamp(prefixLength - i * 8, 0, 8);
            address[i] &= (byte)(0xff << (8 - bits));
        }
    }

    private string FormatIPv6()
    {
        int[] groups = [.. Enumerable.Range(0, 8).Select(i => network[2 * i] << 8 | network[2 * i + 1])];
        (int start, int length) = LongestRunOfZeros(groups);
        static string Join(IEnumerable<int> part) =>
            string.Join(':', part.Select(group => group.ToString("x", CultureInfo.InvariantCulture)));
        return length < 2 ? Join(groups) : $"{Join(groups[..start])}::{Join(groups[(start + length)..])}";
    }

    private static (int Start, int Length) LongestRunOfZeros(int[] groups)
    {
        (int Start, int Length) maximum = (0, 0);
        int length = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            length = groups[i] == 0 ? length + 1 : 0;
            if (length > maximum.Length)
            {
                maximum = (i - length + 1, length);
            }
        }

        return maximum;
    }
}
