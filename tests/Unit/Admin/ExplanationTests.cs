using F2bBroker.Admin.Errors;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Messaging;

namespace F2bBroker.UnitTests.Admin;

public sealed class ExplanationTests
{
    private static readonly BanDetected Message = Some.Ban().ToMessage();

    public static TheoryData<string, string> Refused => new()
    {
        { ReasonOf(new Origin("", false, false), Message), "nobody vouches for it" },
        { ReasonOf(new Origin("web3", false, false), Message), "under another server's name" },
        { ReasonOf(new Origin("web1", false, IsDeadLettered: true), Message), "some queue has thrown out" },
        { ReasonOf(new Origin("", IsRequeued: true, false), Message), "to this server's own exchange" },
        { ReasonOf(new Origin("web1", false, false), Message with { DetectedAt = "2027-01-01T00:00:00.000Z" }), "clock is ahead" },
        { ReasonOf(new Origin("web1", false, false), Message with { Jail = new string('x', 201) }), "is no ban as" },
        { Body.TooLong(9000), "far too long" },
        { "quarantined", "more than maxbans" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Each_reason_has_its_explanation(string reason, string explanation) => Assert.Contains(explanation, Explanation.Of(reason), StringComparison.Ordinal);

    private static string ReasonOf(Origin origin, BanDetected message) => Assert.Throws<Refusal>(() => ReceivedBan.Check(origin, message, Some.Time)).Message;
}
