using System.Net;
using CsCheck;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Properties;

/// <summary>Any address or network: its text, and its relation to another one.</summary>
public sealed class SubnetPropertyTests
{
    // Zeros make runs to compress, and the prefix of mapped addresses.
    private static readonly Gen<byte> Part = Gen.Frequency((3, Gen.Const((byte)0)), (1, Gen.Const((byte)255)), (2, Gen.Byte));

    private static readonly Gen<byte[]> Address = Gen.OneOf(
        Part.Array[4],
        Part.Array[16],
        Part.Array[4].Select(tail => new IPAddress(tail).MapToIPv6().GetAddressBytes()));

    private static readonly Gen<(byte[] Address, int PrefixLength)> Network =
        Address.SelectMany(address => Gen.Int[0, address.Length * 8].Select(length => (address, length)));

    // Often one inside the other: the same address with a flipped bit.
    private static readonly Gen<((byte[] Address, int PrefixLength) One, (byte[] Address, int PrefixLength) Other)> Pair =
        Network.SelectMany(one => Gen.OneOf(
            Network,
            Gen.Select(Gen.Int[0, one.Address.Length * 8 - 1], Gen.Int[0, one.Address.Length * 8])
                .Select((bit, length) => (Flip(one.Address, bit), length))).Select(other => (one, other)));

    [Fact]
    public void Text_of_NET_is_read_as_the_same_network_and_the_canonical_text_is_read_back() => Network.Sample((address, length) =>
    {
        BitNetwork expected = BitNetwork.Around(address, length);
        Subnet? subnet = Subnet.Parse($"{new IPAddress(address)}/{length}");
        Assert.NotNull(subnet);
        Assert.Equal((expected.Bits.Length, expected.Width == 32), (subnet.PrefixLength, subnet.IsIPv4));
        string text = subnet.ToString();
        Assert.Equal(expected.ToSystem(), IPNetwork.Parse(subnet.IsAddress ? $"{text}/{subnet.PrefixLength}" : text));
        Assert.Equal(subnet, Subnet.ParseCanonical(text));
        Assert.Equal(subnet.IsIPv4 ? 3 : 0, text.Count(letter => letter == '.'));
    });

    [Fact]
    public void Two_networks_overlap_contain_and_equal_each_other_as_their_bits_do() => Pair.Sample((one, other) =>
    {
        (Subnet subnet, Subnet otherSubnet) = (Parse(one), Parse(other));
        (BitNetwork bits, BitNetwork otherBits) = (Around(one), Around(other));
        Assert.Equal(bits.Overlaps(otherBits), subnet.Overlaps(otherSubnet));
        Assert.Equal(bits.Contains(otherBits), subnet.Contains(otherSubnet));
        Assert.Equal(bits == otherBits, subnet.Equals(otherSubnet));
        Assert.Equal(bits == otherBits, subnet.CompareTo(otherSubnet) == 0);
        Assert.Equal(bits.ToSystem().Contains(otherBits.ToSystem().BaseAddress), bits.Width == otherBits.Width && subnet.Contains(
            Subnet.FromAddress(otherBits.ToSystem().BaseAddress)));
        int length = Math.Min(subnet.PrefixLength, otherSubnet.PrefixLength);
        Assert.Equal(bits with { Bits = bits.Bits[..length] }, Bits(subnet.FindEnclosing(length)));
    });

    [Fact]
    public void Any_text_is_an_address_only_if_it_is_one_for_NET() =>
        Gen.String[Gen.Char["0123456789abcdefF:./%[] x"], 0, 20].Sample(text =>
        {
            if (Subnet.Parse(text) is not { } subnet)
            {
                return;
            }

            string[] halves = text.Split('/');
            Assert.True(IPAddress.TryParse(halves[0], out IPAddress? address));
            int length = halves.Length > 1 ? int.Parse(halves[1]) : address.GetAddressBytes().Length * 8;
            Assert.Equal(BitNetwork.Around(address.GetAddressBytes(), length), Bits(subnet));
            Assert.Equal(subnet, Subnet.ParseCanonical(subnet.ToString()));
        });

    private static Subnet Parse((byte[] Address, int PrefixLength) network) =>
        Subnet.Parse($"{new IPAddress(network.Address)}/{network.PrefixLength}")!;

    private static BitNetwork Around((byte[] Address, int PrefixLength) network) =>
        BitNetwork.Around(network.Address, network.PrefixLength);

    private static BitNetwork Bits(Subnet subnet)
    {
        string text = subnet.ToString().Split('/')[0];
        return BitNetwork.Around(IPAddress.Parse(text).GetAddressBytes(), subnet.PrefixLength);
    }

    private static byte[] Flip(byte[] address, int bit)
    {
        byte[] flipped = [.. address];
        flipped[bit / 8] ^= (byte)(0x80 >> (bit % 8));
        return flipped;
    }
}
