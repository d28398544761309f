namespace F2bBroker.Admin.Errors;

/// <summary>Explains a reason in an error queue, and the remedy.</summary>
internal static class RefusalExplanation
{
    /// <summary>A part of each reason and its explanation. The first match counts.</summary>
    private static readonly (string Part, string Sentence)[] All =
    [
        (
            "quarantined",
            "The sender reported more than maxbans. If it was taken over, f2bbroker revoke it; if these are real, --requeue has them "
                + "written: its quarantine does not stop that."),
        (
            "minutes in the future",
            "The sender's clock is ahead, or this server's is behind: have both synchronised (NTP). f2bbroker status names a clock that "
                + "is off. Then --requeue."),
        (
            "user_id is missing",
            "Somebody published without user_id, so nobody vouches for it. No program of F2bBroker does: drop it, and look who has a login."
        ),
        (
            "x-death",
            "A copy that some queue has thrown out, led back into the group: no F2bBroker does so. f2bbroker status names a queue that "
                + "is set up so; f2bbroker revoke its server."),
        (
            "is not the sender",
            "The sender reported under another server's name: a wrong [server] name there, or it was taken over. Drop it; if it was "
                + "taken over, f2bbroker revoke it."),
        ("f2b-origin is missing", "Somebody published to this server's own exchange without saying who had sent it: drop it."),
        ("the body has ", "The body is far too long for a ban, and what stands here is its beginning: drop it, and look at its sender."),
        (
            "",
            "The body is no ban as docs/protocol.md describes it, and no program of F2bBroker sends such: drop it, and look at its sender."
        ),
    ];

    public static string For(string reason) => All.First(one => reason.Contains(one.Part, StringComparison.Ordinal)).Sentence;
}
