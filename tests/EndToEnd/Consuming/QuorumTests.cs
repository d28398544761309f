namespace F2bBroker.EndToEndTests.Consuming;

/// <summary>With <c>quorum = 2</c>, an address is banned when two servers have reported it.</summary>
public sealed class QuorumTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Server receiver = null!;
    private Sender web1 = null!;
    private Sender web3 = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        receiver = await group.EnrollAsync("web2", "quorum = 2", "quorumwindow = 1h");
        web1 = await group.EnrollSenderAsync("web1");
        web3 = await group.EnrollSenderAsync("web3");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task The_first_servers_report_is_written_and_the_second_servers_is_a_ban_even_after_a_restart()
    {
        Fail2Ban fail2ban = group.Add(await Fail2Ban.StartAsync(receiver));
        Daemon consumer = await receiver.StartConsumerAsync();
        await web1.PublishBanAsync("203.0.113.7");
        await web1.PublishBanAsync("203.0.113.7");
        await receiver.HasBansAsync(2);
        await Eventually.TrueAsync(
            async () => (int?)(await broker.GetAsync("queues/f2b/f2b.bans.web2"))?["messages"] == 0,
            () => "The reports are not acknowledged.");
        await consumer.KillAsync();
        await receiver.StartConsumerAsync();
        await web3.PublishBanAsync("203.0.113.7");
        await web3.PublishBanAsync("203.0.113.8");
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
        await web1.PublishBanAsync("203.0.113.9");
        await web3.PublishBanAsync("203.0.113.9");
        await fail2ban.BansAsync("203.0.113.9");
        Assert.Equal(["203.0.113.7", "203.0.113.9"], fail2ban.Banned);
    }
}
