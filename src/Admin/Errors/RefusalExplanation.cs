namespace F2bBroker.Admin.Errors;

/// <summary>Explains a reason in an error queue, and the remedy.</summary>
internal static class RefusalExplanation
{
    /// <summary>A part of each reason and its explanation. The first match counts.</summary>
    private static readonly (string Part, string Explanation)[] All =
    [
        ("quarantined",
            "The sender reported more than maxbans. If it was compromised, f2bbroker revoke it. If the bans are real, --requeue writes "
            + "them, because a requeued ban passes the quarantine."),
        ("minutes in the future",
            "The sender's clock is ahead, or this server's is behind: synchronise both (NTP). f2bbroker status names a clock that is "
            + "off. Then --requeue."),
        ("user_id is missing",
            "Somebody published without user_id, so nobody authenticated it. F2bBroker never does: drop it, and check who has a login."),
        ("x-death",
            "A copy that a queue has dead-lettered into the group, which F2bBroker never does. f2bbroker status names such a queue: "
            + "f2bbroker revoke its server."),
        ("is not the sender",
            "The sender reported under another server's name: its [server] name is wrong, or it was compromised. Drop it. If the sender "
            + "was compromised, f2bbroker revoke it."),
        ("f2b-origin is missing", "Somebody published to this server's own exchange without naming its origin: drop it."),
        ("the body has ", "The body is far too long for a ban; this is its beginning. Drop it, and check its sender."),
        ("",
            "The body is not a ban as docs/protocol.md describes it, and F2bBroker never sends such a body: drop it, and check its "
            + "sender."),
    ];

    public static string For(string reason) => All.First(one => reason.Contains(one.Part, StringComparison.Ordinal)).Explanation;
}
