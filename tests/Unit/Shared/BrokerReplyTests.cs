using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.UnitTests.Shared;

public sealed class BrokerReplyTests
{
    /// <summary>Limits of RabbitMQ 3.10.8, and of 4.3.6 without parentheses. The text of any other limit is passed on.</summary>
    [Theory]
    [InlineData(
        530,
        "NOT_ALLOWED - access to vhost 'f2b' refused for user 'web1': connection limit (5) is reached",
        "the limit max-connections of the virtual host 'f2b' (5) is reached. Close connections that are not needed, or raise the limit "
            + "(rabbitmqctl set_vhost_limits)")]
    [InlineData(
        530,
        "NOT_ALLOWED - Connection refused for user 'web1': user connection limit (8) is reached",
        "the limit max-connections of this login's user (8) is reached. Close connections that are not needed, or raise the limit "
            + "(rabbitmqctl set_user_limits)")]
    [InlineData(
        530,
        "NOT_ALLOWED - number of channels opened for user 'web1' has reached the maximum allowed user limit of (1)",
        "the limit max-channels of this login's user (1) is reached. Close connections that are not needed, or raise the limit "
            + "(rabbitmqctl set_user_limits)")]
    [InlineData(
        406,
        "PRECONDITION_FAILED - cannot declare queue 'f2b.bans.web1': queue limit in vhost 'f2b' (2) is reached",
        "the limit max-queues of the virtual host 'f2b' (2) is reached. Delete queues that are not needed, or raise the limit (rabbitmqctl "
            + "set_vhost_limits)")]
    [InlineData(
        530,
        "NOT_ALLOWED - number of channels opened for user 'web1' has reached the maximum allowed user limit of 1",
        "the limit max-channels of this login's user (1) is reached. Close connections that are not needed, or raise the limit "
            + "(rabbitmqctl set_user_limits)")]
    [InlineData(
        530,
        "NOT_ALLOWED - connection refused: node connection limit (100) is reached",
        "a limit of the broker is reached: NOT_ALLOWED - connection refused: node connection limit (100) is reached")]
    [InlineData(
        530,
        "NOT_ALLOWED - number of channels opened (8) has reached the negotiated channel_max (8)",
        "a limit of the broker is reached: NOT_ALLOWED - number of channels opened (8) has reached the negotiated channel_max (8)")]
    [InlineData(
        320,
        "CONNECTION_FORCED - user 'web2' is deleted",
        "the broker closed the connections of this login, because its credentials were changed or revoked")]
    [InlineData(320, "CONNECTION_FORCED - Closed via management plugin", "CONNECTION_FORCED - Closed via management plugin")]
    [InlineData(
        406,
        "PRECONDITION_FAILED - inequivalent arg 'x-delivery-limit' for queue 'q' in vhost 'f2b': received none but current is '3'",
        "PRECONDITION_FAILED - inequivalent arg 'x-delivery-limit' for queue 'q' in vhost 'f2b': received none but current is '3'")]
    public void A_reply_is_described_to_an_operator(ushort code, string text, string description) =>
        Assert.Equal(
            description,
            BrokerReply.Describe(
                new AggregateException(
                    new OperationInterruptedException(new ShutdownEventArgs(ShutdownInitiator.Peer, code, text)))));

    [Fact]
    public void MassTransits_own_text_about_a_closed_connection_is_not_a_reply_and_contains_the_cause()
    {
        OperationInterruptedException failure = new(new ShutdownEventArgs(
            ShutdownInitiator.Peer,
            491,
            "Connection is already closed: AMQP close-reason, initiated by Peer, code=320, text='CONNECTION_FORCED - user 'web1' is "
                + "deleted', classId=0, methodId=0"));
        Assert.Null(BrokerReply.Find(failure));
        Assert.StartsWith("the broker closed the connections of this login", BrokerReply.Describe(failure));
    }

    [Fact]
    public void A_connection_that_is_lost_without_a_reply_gives_its_innermost_cause()
    {
        IOException failure = new("outer", new InvalidOperationException("reset by peer."));
        Assert.Equal(("reset by peer", true), (BrokerReply.Describe(failure), LoginFailure.IsConnectionLost(failure)));
        ConnectFailureException refused = new("refused", new InvalidOperationException());
        Assert.False(LoginFailure.IsConnectionLost(new BrokerUnreachableException(refused)));
    }

    public static TheoryData<Exception, string> OwnFailures => new()
    {
        { new TaskCanceledException(), "the attempt timed out" },
        { new IOException("outer", new TimeoutException("The operation has timed out.")), "the attempt timed out" },
        { new ObjectDisposedException(null, "The CancellationTokenSource has been disposed."), "the connection was closed" },
    };

    [Theory]
    [MemberData(nameof(OwnFailures))]
    public void A_failure_of_the_client_library_is_described_to_an_operator(Exception failure, string description) =>
        Assert.Equal(description, BrokerReply.Describe(failure));
}
