using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer.Rules;

/// <summary>Decides which valid bans this server skips.</summary>
internal sealed class SkipRules(Settings settings, HostAddresses hostAddresses, BrokerAddresses brokerAddresses, TimeProvider time)
{
    /// <summary>Loopback, link-local, multicast, unspecified, broadcast and private addresses (RFC 1918, 6598 and 4193).</summary>
    // Stryker disable once all: a static value (docs/mutation.md)
    private static readonly Subnet[] PrivateRanges =
    [
        .. new[]
        {
            "127.0.0.0/8", "::1", "169.254.0.0/16", "fe80::/10", "224.0.0.0/4", "ff00::/8", "0.0.0.0/8", "::", "255.255.255.255",
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7",
        }.Select(text => Subnet.ParseCanonical(text)!),
    ];

    private readonly ConsumerSettings consumer = settings.Consumer;

    /// <summary>Returns the reason to skip the ban; null if it is accepted.</summary>
    public string? FindSkipReason(Ban ban)
    {
        ServerRules rules = consumer.RulesFor(ban.Server);
        int minPrefix = ban.Ip.IsIPv4 ? rules.MinPrefix4 : rules.MinPrefix6;
        return ban switch
        {
            _ when ban.Server == settings.Server => "of this server itself",
            _ when consumer.IgnoreServers.Contains(ban.Server) => "of an ignored server",
            _ when !rules.Jails.Includes(ban.Jail) => "of an ignored jail",
            _ when time.GetUtcNow() - ban.DetectedAt > consumer.MaxAge => "older than maxage",
            _ when ban.Ip.PrefixLength < minPrefix => "of a network wider than minprefix",
            _ when !consumer.AllowPrivate && PrivateRanges.Any(ban.Ip.Overlaps) => "of a private address",
            _ when consumer.IgnoreIp.Any(ban.Ip.Overlaps) => "of an address in ignoreip",
            _ when hostAddresses.Overlaps(ban.Ip) => "of this host's own address",
            _ when brokerAddresses.Overlaps(ban.Ip) => "of the broker's address",
            _ => null,
        };
    }
}
