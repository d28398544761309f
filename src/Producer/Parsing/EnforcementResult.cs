namespace F2bBroker.Producer.Parsing;

/// <summary>What fail2ban did with a shared ban.</summary>
internal enum EnforcementResult
{
    /// <summary>NOTICE: <c>[f2bbroker] Ban 192.0.2.1</c></summary>
    Banned,

    /// <summary>
    /// <c>[f2bbroker] 192.0.2.1 already banned</c>: DEBUG within 3 seconds after the ban, NOTICE within 60 seconds, then WARNING.
    /// </summary>
    AlreadyBanned,

    /// <summary>
    /// INFO, because of <c>ignoreip</c>: <c>[f2bbroker] Ignore 192.0.2.1 by ip</c>; INFO, because the ban is too old: <c>[f2bbroker] Ignore
    /// 192.0.2.1, expired bantime</c>
    /// </summary>
    Ignored,

    /// <summary>NOTICE, when fail2ban starts: <c>[f2bbroker] Restore Ban 192.0.2.1</c></summary>
    Restored,

    /// <summary>
    /// ERROR, after the line about the ban: <c>Failed to execute ban jail 'f2bbroker' action 'nftables' info '…': Error …</c>
    /// </summary>
    Failed,
}
