using F2bBroker.Admin.Output;
using F2bBroker.Admin.Servers;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Admin;

public sealed class EnrollmentOptionsTests
{
    private static readonly EnrollmentOptions None = EnrollmentOptions.NewPassword;
    private static readonly Role FromStream = Role.Receiver.ReceivingFrom(QueueType.Stream);

    [Fact]
    public void What_the_options_leave_open_stays_as_it_is()
    {
        Assert.Same(Role.Both, None.ChooseRole(null));
        Assert.Same(FromStream, None.ChooseRole(FromStream));
        Assert.Same(Role.Reporter, None.ChooseRole(Role.Reporter));
        Assert.Same(Role.Both.ReceivingFrom(QueueType.Stream), (None with { Role = Role.Both }).ChooseRole(FromStream));
        Assert.Same(FromStream, (None with { Type = QueueType.Stream }).ChooseRole(Role.Receiver));
        Assert.Same(Role.Receiver, (None with { Type = QueueType.Classic }).ChooseRole(FromStream));
        Assert.Same(Role.Receiver, (None with { Type = QueueType.Quorum }).ChooseRole(FromStream));
        Assert.Same(Role.Reporter, (None with { Role = Role.Reporter }).ChooseRole(FromStream));
    }

    [Theory]
    [InlineData("stream", "--stream: a reporter receives no bans.")]
    [InlineData("classic", "--queue: a reporter has no queue.")]
    [InlineData("quorum", "--quorum-queue: a reporter has no queue.")]
    public void A_reporter_receives_nothing(string type, string message)
    {
        EnrollmentOptions options = None with { Type = QueueType.Parse(type) };
        Assert.Equal(message, Assert.Throws<CommandFailedException>(() => options.ChooseRole(Role.Reporter)).Message);
        Assert.Equal(
            message,
            Assert.Throws<CommandFailedException>(() => (options with { Role = Role.Reporter }).ChooseRole(null)).Message);
    }
}
