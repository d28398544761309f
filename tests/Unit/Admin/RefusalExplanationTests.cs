using F2bBroker.Admin.Errors;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.UnitTests.Admin;

public sealed class RefusalExplanationTests
{
    private static readonly BanDetected Message = Some.Ban().ToMessage();

    public static TheoryData<string, string> Refused => new()
    {
        { ReasonOf(new MessageOrigin("", false, false), Message), "nobody authenticated it" },
        { ReasonOf(new MessageOrigin("web3", false, false), Message), "under another server's name" },
        { ReasonOf(new MessageOrigin("web1", false, IsDeadLettered: true), Message), "a queue has dead-lettered" },
        { ReasonOf(new MessageOrigin("", IsRequeued: true, false), Message), "to this server's own exchange" },
        { ReasonOf(new MessageOrigin("web1", false, false), Message with { DetectedAt = "2027-01-01T00:00:00.000Z" }), "clock is ahead" },
        { ReasonOf(new MessageOrigin("web1", false, false), Message with { Jail = new string('x', 201) }), "is not a ban as" },
        { BodyValidation.TooLongReason(9000), "far too long" },
        { "quarantined", "more than maxbans" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Each_reason_has_its_explanation(string reason, string explanation) =>
        Assert.Contains(explanation, RefusalExplanation.For(reason), StringComparison.Ordinal);

    private static string ReasonOf(MessageOrigin origin, BanDetected message) =>
        Assert.Throws<InvalidMessageException>(() => ReceivedBanValidator.Check(origin, message, Some.Time)).Message;
}
