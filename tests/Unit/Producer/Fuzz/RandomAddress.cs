using System.Globalization;
using F2bBroker.Fuzz.Oracles;

namespace F2bBroker.UnitTests.Producer.Fuzz;

/// <summary>Generates addresses and networks in every notation of fail2ban's versions, and texts that resemble one.</summary>
internal sealed class RandomAddress(Random random)
{
    private static readonly string[] NearMisses =
    [
        "8.8.8",
        "8.8.8.8.8",
        "8.8.8.256",
        "08.8.8.8",
        "8.8.8.8/33",
        "8.8.8.8/",
        "8.8.8.8/08",
        "8.8.8.8/8/8",
        ".8.8.8",
        "8..8.8",
        "8.8.8.8.",
        "/8",
        "134744072",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1::2::3",
        ":::",
        ":",
        "1:",
        ":1",
        "1:::2",
        "::12345",
        "::1/129",
        "::/",
        "::8.8.8",
        "::8.8.8.256",
        "::08.8.8.8",
        "8.8.8.8::",
        "::8.8.8.8:1",
        "1:2:3:4:5:6:7:8.8.8.8",
        "1:2:3:4:5:6:8.8.8.8.8",
        "::ffff:8.8.8.8/129",
        "::-1",
        "1:2:3:4:5:6:7:8/0128",
        "",
        " ",
    ];

    public string NearMiss() => NearMisses[random.Next(NearMisses.Length)];

    /// <summary>Returns an address or network in some notation, and as <see cref="TrueBan.Network"/>.</summary>
    public (string Text, string Network) Next()
    {
        (string text, byte[] address) = random.Next(3) switch
        {
            0 => IPv6(mapped: false),
            1 when random.Next(4) == 0 => IPv6(mapped: true),
            _ => IPv4(),
        };
        int width = address.Length * 8;
        int prefix = random.Next(4) == 0 ? random.Next(width + 1) : width;
        return (prefix == width && random.Next(8) > 0 ? text : $"{text}/{prefix}", PlainAddress.Print(address, prefix));
    }

    private (string Text, byte[] Address) IPv4()
    {
        byte[] bytes = Bytes(4);
        return (string.Join('.', bytes), bytes);
    }

    private (string Text, byte[] Address) IPv6(bool mapped)
    {
        byte[] bytes = Bytes(16);
        int zeros = random.Next(8);
        bytes.AsSpan(random.Next(8 - zeros) * 2, zeros * 2).Clear();
        if (mapped)
        {
            bytes.AsSpan(0, 10).Clear();
            bytes.AsSpan(10, 2).Fill(0xff);
        }

        return (Spell(bytes), bytes);
    }

    private string Spell(byte[] bytes)
    {
        string format = random.Next(4) switch
        {
            0 => "X4",
            1 => "X",
            2 => "x4",
            _ => "x",
        };
        List<string> groups =
        [
            .. Enumerable.Range(0, 8).Select(i => (bytes[2 * i] << 8 | bytes[2 * i + 1]).ToString(format, CultureInfo.InvariantCulture)),
        ];
        if (random.Next(4) == 0)
        {
            groups = [.. groups.Take(6), string.Join('.', bytes[12..])];
        }

        return Compress(groups);
    }

    private string Compress(List<string> groups)
    {
        int start = groups.FindIndex(group => group.All(c => c == '0'));
        int length = start < 0 ? 0 : groups.Skip(start).TakeWhile(group => group.All(c => c == '0')).Count();
        return length < 1 || random.Next(5) == 0
            ? string.Join(':', groups)
            : $"{string.Join(':', groups.Take(start))}::{string.Join(':', groups.Skip(start + length))}";
    }

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
