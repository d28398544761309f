using System.Text.RegularExpressions;
using F2bBroker.Contracts;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary>Servers that only report, and servers that only receive.</summary>
public sealed class RoleTests(TestBroker broker) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => new(broker.ResetAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    [Trait("Form", "slow")]
    public async Task A_reporter_reports_and_a_receiver_receives()
    {
        await using Server reporter = await Server.EnrollAsync(broker, "web1", Role.Reporter);
        await using Server receiver = await Server.EnrollAsync(broker, "web2", Role.Receiver);
        Assert.Null(await broker.GetAsync("queues/f2b/f2b.bans.web1"));
        Daemon consumer = await receiver.StartConsumerAsync();
        // A ban that is read from the stream has no lag.
        await consumer.SaysAsync("Finished reading f2b.history");
        await reporter.StartProducerAsync();
        await reporter.LogBansAsync("203.0.113.1");
        await receiver.HasBansAsync(1);
        string[] rows =
        [
            @"(?m)^web1 +reporter +- +producer 0[^ ]+ [^ ]+ +0 +- +- +0 +20[^ ]+Z +1 +-$",
            @"(?m)^web2 +receiver +classic +consumer 0[^ ]+ [^ ]+ +0 +[^ ]+ +\? +0 +- +0 +-$",
        ];
        string status = "";
        await Eventually.TrueAsync(
            async () =>
            {
                status = (await broker.AdminAsync("status", "--amqp", broker.Uri)).Output;
                return rows.All(row => Regex.IsMatch(status, row)) && !status.Contains("never seen", StringComparison.Ordinal);
            },
            () => status);
    }

    [Fact]
    public async Task Neither_role_can_do_more_and_the_test_of_the_other_daemon_fails()
    {
        await using Server reporter = await Server.EnrollAsync(broker, "web1", Role.Reporter);
        await using Server receiver = await Server.EnrollAsync(broker, "web2", Role.Receiver);
        Assert.Equal((0, 78), (await TestAsync(Built.Producer, reporter), await TestAsync(Built.Consumer, reporter)));
        Assert.Contains("'web1' may not receive bans: it is enrolled as a reporter, so it needs no consumer.", reporter.Said);
        Assert.Equal((78, 0), (await TestAsync(Built.Producer, receiver), await TestAsync(Built.Consumer, receiver)));
        Assert.Contains("'web2' may not publish to f2b.bans: it is enrolled as a receiver, so it needs no producer.", receiver.Said);
        await using Sender sender = await Sender.ConnectAsync(broker, receiver);
        Assert.Equal(
            403,
            (await Assert.ThrowsAnyAsync<OperationInterruptedException>(() => sender.PublishBanAsync("203.0.113.1")))
                .ShutdownReason!
                .ReplyCode);
    }

    [Fact]
    public async Task The_test_of_a_producer_publishes_nothing()
    {
        await using Server server = await Server.EnrollAsync(broker, "web1");
        Assert.Equal(0, await TestAsync(Built.Producer, server));
        Assert.Empty(await broker.PeekAsync("f2b.bans.web1"));
        await broker.DeleteAsync("exchanges/f2b/f2b.bans");
        Assert.Equal(78, await TestAsync(Built.Producer, server));
        Assert.Contains("The broker has no exchange f2b.bans: run f2bbroker init.", server.Said);
    }

    [Fact]
    public async Task New_credentials_keep_the_role_unless_another_is_given()
    {
        await using Server server = await Server.EnrollAsync(broker, "web1", Role.Receiver);
        Assert.Equal(
            "'web1' has a new password as a receiver; its connections are closed.\n",
            (await broker.AdminAsync("enroll", "web1", "--force")).Errors);
        Assert.Equal(
            "'web1' has a new password as a receiver; its connections are closed.\n",
            (await broker.AdminAsync("rotate", "web1")).Errors);
        Built.Outcome changed = await broker.AdminAsync("enroll", "web1", "--force", "--role", "reporter");
        Assert.Contains("Queue f2b.bans.web1: removed, since a reporter has none.\n", changed.Errors);
        Assert.Null(await broker.GetAsync("queues/f2b/f2b.bans.web1"));
        Built.Outcome back = await broker.AdminAsync("enroll", "web1", "--force", "--role", "both");
        Assert.Equal("'web1' has a new password; its connections are closed.\n", back.Errors);
        Assert.NotNull(await broker.GetAsync("queues/f2b/f2b.bans.web1"));
    }

    [Fact]
    public async Task Invalid_role_options_are_reported()
    {
        Assert.Equal(
            "--role: 'judge' is none of both, reporter and receiver.\n",
            (await broker.AdminAsync("enroll", "web1", "--role", "judge")).Errors);
        Assert.Equal(
            "--quorum-queue: a reporter has no queue.\n",
            (await broker.AdminAsync("enroll", "web1", "--role", "reporter", "--quorum-queue")).Errors);
        Assert.Null(await broker.GetAsync("users/web1"));
    }

    private static Task<int> TestAsync(string program, Server server) => server.StartWith(["--test"], program).EndAsync();
}
