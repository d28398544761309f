using System.Globalization;
using System.Net;
using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Consuming;

/// <summary>The lines of the monitored log as fail2ban's own program reads them with the filter.</summary>
public sealed class FilterTests : IDisposable
{
    private const string Date = "2026-11-23T02:44:24.312Z";

    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_address_that_can_be_written_is_read_as_that_address()
    {
        IPNetwork[] expected = [.. Edges(), .. Random()];
        string[] lines = [.. expected.Select(LineOf)];
        IReadOnlyList<(string Line, string Ip)> read = await ReadAsync(lines);
        Assert.Equal(lines, read.Select(match => match.Line));
        Assert.Equal(expected, read.Select(match => NetworkOf(match.Ip)));
    }

    [Fact]
    public async Task A_line_that_is_not_a_whole_ban_is_not_matched()
    {
        string[] others =
        [
            "Report 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z",
            "Trial 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z",
            "Trial Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z",
            "Unban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z",
            "ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z",
            "Report 198.51.100.1 Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z",
            "2026-11-23T02:44:24.312Z Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z",
            "Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z Ban 203.0.113.8",
            "Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z ",
            "Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706",
            "Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11",
            "Ban 203.0.113.7 jail=sshd server=",
            "Ban 203.0.113.7 jail=a b server=web1 detected=2026-11-23T02:44:23.706Z",
            "Ban 203.0.113.7 jail=ä server=web1 detected=2026-11-23T02:44:23.706Z",
            "Ban 203.0.113.7",
            "Ban 203.0.113",
            "Ban 203.0.113.7.9 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z",
            "Ban 203.0.113.7:22 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z",
            "Ban fe80::1%eth0 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z",
            "Ban example.org jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z",
        ];
        string good = LineOf(NetworkOf("192.0.2.1"));
        IReadOnlyList<(string Line, string Ip)> read = await ReadAsync([
            .. others.Select(line => $"{Date} {line}"),
            others[^1],
            $" {good}",
            $"x{good}",
            good,
        ]);
        Assert.Equal([(good, "192.0.2.1")], read);
    }

    private static IEnumerable<IPNetwork> Edges()
    {
        string[] addresses =
        [
            "0.0.0.0",
            "255.255.255.255",
            "203.0.113.7",
            "10.0.0.1",
            "::",
            "::1",
            "1::",
            "::ffff",
            "::ffff:0",
            "::102:304",
            "::ffff:0:102:304",
            "64:ff9b::",
            "64:ff9b::102:304",
            "2001:db8::5efe:c000:201",
            "2002:102:304::",
            "fe80::5efe:102:304",
            "::2:3:4:5:6:7",
            "::3:4:5:6:7:8",
            "1:2:3:4:5:6::",
            "1:2:3:4:5:6:0:8",
            "0:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7:0",
            "1:0:0:4:0:0:7:8",
            "1:0:3:0:5:0:7:0",
            "1:2:3:4:5:6:7:8",
            "fe80::",
            "ff02::1",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        ];
        return addresses.Select(NetworkOf);
    }

    /// <summary>Returns addresses with zeros in any group, and networks of each valid width.</summary>
    private static IEnumerable<IPNetwork> Random()
    {
        Random random = new(4711);
        foreach (int width in new[] { 32, 128 })
        {
            for (int i = 0; i < 640; i++)
            {
                byte[] address = new byte[width / 8];
                random.NextBytes(address);
                int zeros = random.Next(256);
                for (int b = 0; b < address.Length; b++)
                {
                    address[b] *= (byte)(width == 32 ? 1 : zeros >> (b / 2) & 1);
                }

                int prefix = i % 2 == 0 ? width : i / 2 % width + 1;
                yield return new IPNetwork(new IPAddress(Masked(address, prefix)), prefix);
            }
        }
    }

    private static byte[] Masked(byte[] address, int prefix) =>
        [.. address.Select((part, i) => (byte)(part & 0xff00 >> Math.Clamp(prefix - 8 * i, 0, 8)))];

    private static IPNetwork NetworkOf(string ip) =>
        IPNetwork.Parse(
            ip.Contains('/', StringComparison.Ordinal) ? ip : $"{ip}/{(ip.Contains(':', StringComparison.Ordinal) ? 128 : 32)}");

    /// <summary>Returns the line that the consumer writes for a ban of that network.</summary>
    private static string LineOf(IPNetwork network)
    {
        byte[] bytes = network.BaseAddress.GetAddressBytes();
        string address = bytes.Length == 4
            ? string.Join('.', bytes)
            : string.Join(':', bytes.Chunk(2).Select(group => Convert.ToHexString(group)));
        Subnet subnet = Subnet.Parse(string.Create(CultureInfo.InvariantCulture, $"{address}/{network.PrefixLength}"))!;
        return $"{Date} {MonitoredLogLine.BanText(new Ban(subnet, "sshd", "web1", UtcTimestamp.Parse("2026-11-23T02:44:23.706Z")!.Value))}";
    }

    private async Task<IReadOnlyList<(string Line, string Ip)>> ReadAsync(params string[] lines)
    {
        await File.WriteAllTextAsync(folder["bans.log"], string.Concat(lines.Select(line => $"{line}\n")));
        return await Fail2BanRegex.ReadAsync(folder["bans.log"]);
    }
}
