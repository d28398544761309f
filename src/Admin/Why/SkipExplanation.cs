using F2bBroker.Consumer.Rules;

namespace F2bBroker.Admin.Why;

/// <summary>Explains the reasons for which a consumer skips a ban.</summary>
internal static class SkipExplanation
{
    private static readonly Dictionary<string, string> All = new()
    {
        ["of this server itself"] = "This server reported it, so its own fail2ban has banned it.",
        ["of an ignored server"] = "[consumer] ignoreservers names the server that reported it.",
        ["of an ignored jail"] = "jails and ignorejails, of [consumer] or [from NAME], do not accept its jail.",
        ["older than maxage"] = "It is older than [consumer] maxage.",
        ["of a network wider than minprefix"] =
            "minprefix4 and minprefix6, of [consumer] or [from NAME], accept no network as wide as this one.",
        ["of a private address"] = "It is, or contains, a private or special address, and [consumer] allowprivate is false.",
        ["of an address in ignoreip"] = "It overlaps an address or network in [consumer] ignoreip.",
        ["of this host's own address"] = "It is, or contains, an address of this host.",
        ["of the broker's address"] = "It is, or contains, an address of the broker.",
        [ReplayQuarantine.SkipReason] =
            "Its server reported more than maxbans, so that it was quarantined. If it was compromised, f2bbroker revoke it.",
        [CurrentPardons.SkipReason] = "An operator took it back.",
    };

    /// <summary>Returns the explanation; an empty text for an unknown reason.</summary>
    public static string For(string reason) => All.GetValueOrDefault(reason, "");
}
