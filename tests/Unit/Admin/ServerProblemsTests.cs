using F2bBroker.Admin.Status;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Admin;

public sealed class ServerProblemsTests
{
    private static readonly ConnectedProgram Producer = new("web1", "producer", "0.2.0", TimeSpan.Zero);
    private static readonly ConnectedProgram Consumer = new("web1", "consumer", "0.2.0", TimeSpan.Zero);
    private static readonly ConnectedProgram Unnamed = new("web1", Name: null, Version: null, ClockAhead: null);

    [Fact]
    public void A_complete_server_has_no_problems() => Assert.Empty(Todo(Role.Both, hasQueue: true, Producer, Consumer));

    [Fact]
    public void A_reporter_needs_no_consumer_and_a_receiver_no_producer()
    {
        Assert.Empty(Todo(Role.Reporter, hasQueue: false, Producer));
        Assert.Empty(Todo(Role.Receiver, hasQueue: true, Consumer));
    }

    [Fact]
    public void A_missing_queue_and_missing_programs_are_reported()
    {
        string[] todo = Todo(Role.Both, hasQueue: false);
        Assert.Equal(3, todo.Length);
        Assert.StartsWith("web1 has no queue f2b.bans.web1: somebody deleted it.", todo[0]);
        Assert.StartsWith("web1's consumer is not connected: on web1, systemctl status f2bbroker-consumer", todo[1]);
        Assert.StartsWith("web1's producer is not connected: on web1, systemctl status f2bbroker-producer", todo[2]);
    }

    [Fact]
    public void A_server_that_follows_the_stream_needs_no_queue()
    {
        Assert.Empty(Todo(Role.Both.ReceivingFrom(QueueType.Stream), hasQueue: false, Producer, Consumer));
        Assert.Empty(Todo(Role.Receiver.ReceivingFrom(QueueType.Stream), hasQueue: false, Consumer));
    }

    [Fact]
    public void What_a_server_that_follows_the_stream_refused_is_counted_from_its_consumers_start()
    {
        Role role = Role.Both.ReceivingFrom(QueueType.Stream);
        ServerPrograms complete = new("web1", role, [Producer, Consumer], health: null);
        Assert.StartsWith(
            "web1 has refused 2 messages since its consumer's start: f2bbroker errors web1 shows",
            Assert.Single(new ServerProblems("web1", role, hasQueue: false, complete).Find(errors: 2, quarantinedBy: [])));
    }

    [Fact]
    public void Permissions_of_no_role_are_reported() =>
        Assert.StartsWith("web1 has permissions on the broker that F2bBroker never grants", Assert.Single(Todo(null, hasQueue: true)));

    [Theory]
    [InlineData(3600, "60 minutes ahead of")]
    [InlineData(-45, "45 seconds behind")]
    [InlineData(-86400, "24 hours behind")]
    public void A_clock_that_is_off_is_reported(int seconds, string offset)
    {
        ConnectedProgram off = Producer with { ClockAhead = TimeSpan.FromSeconds(seconds) };
        Assert.StartsWith(
            $"web1's clock was {offset} the broker's when its producer connected",
            Assert.Single(Todo(Role.Both, hasQueue: true, Consumer, off)));
    }

    [Fact]
    public void A_clock_within_the_tolerance_is_not_reported() =>
        Assert.Empty(Todo(Role.Both, hasQueue: true, Consumer, Producer with { ClockAhead = TimeSpan.FromSeconds(-29) }));

    [Fact]
    public void A_connection_of_an_unknown_program_may_be_any_program_and_its_clock_is_unknown()
    {
        Assert.Empty(Todo(Role.Both, hasQueue: true, Unnamed));
        Assert.Empty(Todo(Role.Both, hasQueue: true, Unnamed, Producer));
        ServerPrograms complete = new("web1", Role.Both, [Producer, Consumer], health: null);
        Assert.Empty(new ServerProblems("web1", Role.Both, hasQueue: true, complete).Find(errors: null, quarantinedBy: []));
    }

    private static string[] Todo(Role? role, bool hasQueue, params ConnectedProgram[] programs) =>
    [
        .. new ServerProblems("web1", role, hasQueue, new ServerPrograms("web1", role, programs, health: null))
            .Find(errors: 0, quarantinedBy: []),
    ];
}
