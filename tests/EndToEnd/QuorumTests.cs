namespace F2bBroker.EndToEndTests;

/// <summary>With <c>quorum = 2</c>, a ban is what two servers report.</summary>
public sealed class QuorumTests(TestBroker broker) : IAsyncLifetime
{
    private readonly List<Sender> senders = [];
    private Server receiver = null!;

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        receiver = await Server.EnrollAsync(broker, "web2", "quorum = 2", "quorumwindow = 1h");
        foreach (string name in new[] { "web1", "web3" })
        {
            await using Server server = await Server.EnrollAsync(broker, name);
            senders.Add(await Sender.ConnectAsync(broker, server));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Sender sender in senders)
        {
            await sender.DisposeAsync();
        }

        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task The_first_servers_report_is_written_and_the_second_servers_is_a_ban_even_after_a_restart()
    {
        await using Fail2Ban fail2ban = await Fail2Ban.StartAsync(receiver);
        Daemon consumer = await receiver.StartConsumerAsync();
        await senders[0].PublishBanAsync("203.0.113.7");
        await senders[0].PublishBanAsync("203.0.113.7");
        await receiver.HasBansAsync(2);
        await Eventually.TrueAsync(
            async () => (int?)(await broker.GetAsync("queues/f2b/f2b.bans.web2"))?["messages"] == 0,
            () => "The reports are not acknowledged.");
        await consumer.KillAsync();
        await receiver.StartConsumerAsync();
        await senders[1].PublishBanAsync("203.0.113.7");
        await senders[1].PublishBanAsync("203.0.113.8");
        await receiver.HasBansAsync(4);
        Assert.Equal(
            [
                "Ban 203.0.113.7 server=web3",
                "Report 203.0.113.7 server=web1",
                "Report 203.0.113.7 server=web1",
                "Report 203.0.113.8 server=web3",
            ],
            receiver.Bans.Select(line => line.Split(' ')).Select(words => $"{words[0]} {words[1]} {words[3]}").Order());
        await fail2ban.BansAsync("203.0.113.7");
        await senders[0].PublishBanAsync("203.0.113.9");
        await senders[1].PublishBanAsync("203.0.113.9");
        await fail2ban.BansAsync("203.0.113.9");
        Assert.Equal(["203.0.113.7", "203.0.113.9"], fail2ban.Banned);
    }
}
