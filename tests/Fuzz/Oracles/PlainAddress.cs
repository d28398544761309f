using System.Globalization;

namespace F2bBroker.Fuzz.Oracles;

/// <summary>Parses addresses and networks without a parser of the program or the base library.</summary>
internal static class PlainAddress
{
    private const int MappedPrefix = 96;

    /// <summary>Returns the masked bytes and the prefix of a network, as <see cref="TrueBan.Network"/>; null for any other text.</summary>
    public static string? Network(string id)
    {
        string[] parts = id.Split('/');
        if (parts.Length > 2 || (parts[0].Contains(':') ? IPv6(parts[0]) : IPv4(parts[0])) is not { } address)
        {
            return null;
        }

        int width = address.Length * 8;
        return parts.Length == 1 ? Print(address, width) : Number(parts[1], width) is { } prefix ? Print(address, prefix) : null;
    }

    /// <summary>Formats a network. An address after ::ffff: counts as an IPv4 address.</summary>
    public static string Print(byte[] address, int prefix)
    {
        byte[] network = [.. address];
        for (int bit = prefix; bit < network.Length * 8; bit++)
        {
            network[bit / 8] &= (byte)~(0x80 >> bit % 8);
        }

        string text = Convert.ToHexString(network);
        return prefix >= MappedPrefix && text.StartsWith("00000000000000000000FFFF", StringComparison.Ordinal)
            ? $"{text[24..]}/{prefix - MappedPrefix}"
            : $"{text}/{prefix}";
    }

    private static byte[]? IPv4(string text)
    {
        int?[] numbers = [.. text.Split('.').Select(part => Number(part, 255))];
        return numbers.Length == 4 && !numbers.Contains(null) ? [.. numbers.Select(number => (byte)number!.Value)] : null;
    }

    private static byte[]? IPv6(string text)
    {
        int tail = text.LastIndexOf(':') + 1;
        if (text[tail..].Contains('.'))
        {
            return IPv4(text[tail..]) is [var a, var b, var c, var d] ? IPv6($"{text[..tail]}{a:x2}{b:x2}:{c:x2}{d:x2}") : null;
        }

        string[] halves = text.Split("::");
        string[][] groups = [.. halves.Select(half => half.Length == 0 ? [] : half.Split(':'))];
        int count = groups.Sum(half => half.Length);
        bool isWhole = halves.Length switch { 1 => count == 8, 2 => count < 8, _ => false };
        return isWhole && groups.All(half => half.All(group => group.Length is > 0 and <= 4 && group.All(char.IsAsciiHexDigit)))
            ? [.. Bytes(groups[0]), .. new byte[(8 - count) * 2], .. halves.Length == 2 ? Bytes(groups[1]) : []]
            : null;
    }

    private static byte[] Bytes(string[] groups) => Convert.FromHexString(string.Concat(groups.Select(group => group.PadLeft(4, '0'))));

    private static int? Number(string text, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number <= max && number.ToString(CultureInfo.InvariantCulture) == text
            ? number
            : null;
}
