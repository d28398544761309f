using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Cluster;

/// <summary>A node of three that is separated from the other two by the network, with servers on both sides.</summary>
[Trait("Form", "long")]
[Trait("Form", "soak")]
public sealed class PartitionTests(SeparableCluster broker) : IClassFixture<SeparableCluster>, IAsyncLifetime
{
    private const string Paused = "Cluster minority";

    private const int DefaultTickTime = 60;
    private const int ShortTickTime = 8;

    // The leader of a queue is the node on which it is created. On a busy machine, that node may lose the first election.
    private const int MaxAttempts = 5;

    // The others receive no bans from a classic queue on the separated node.
    private static readonly QueueType[] OnEachNode = [QueueType.Quorum, QueueType.Stream];

    private static readonly TimeSpan NoticeTimeout = TimeSpan.FromMinutes(3);

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, SeparableCluster.SkipReason);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public Task The_leader_of_all_queues_loses_no_ban_if_it_is_separated_until_it_pauses() => SurviveAsync(true, TimeSpan.Zero);

    [Theory]
    [InlineData(true, 10)]
    [InlineData(false, 10)]
    [InlineData(true, 300)]
    [InlineData(false, 300)]
    public Task A_separated_node_loses_no_ban(bool isLeader, int seconds) => SurviveAsync(isLeader, TimeSpan.FromSeconds(seconds));

    /// <param name="isLeader">Whether the separated node leads all queues and the stream, or none.</param>
    /// <param name="duration">The duration of the partition; zero: until the node has paused and bans flow between the other nodes.</param>
    private async Task SurviveAsync(bool isLeader, TimeSpan duration)
    {
        string leader = broker.Nodes.First();
        string node = isLeader ? leader : broker.Nodes.Last();
        for (int attempts = 0; attempts < MaxAttempts; attempts++)
        {
            broker.UseApiOf(leader);
            await using PartitionedGroup servers = await PartitionedGroup.CreateAsync(broker);
            await servers.StartAsync(broker, node);
            await broker.IsOnEachNodeAsync(Topology.HistoryStream);
            if (await LeadsAsync(leader, servers))
            {
                await SurviveAsync(servers, node, isLeader, duration);
                return;
            }
        }

        Assert.Fail($"{leader} does not lead all queues.");
    }

    private async Task<bool> LeadsAsync(string node, PartitionedGroup servers)
    {
        string[] leaders = await Task.WhenAll(servers.Queues.Append(Topology.HistoryStream).Select(broker.LeaderOfAsync));
        return leaders.All(leader => leader == node);
    }

    private async Task SurviveAsync(PartitionedGroup servers, string node, bool isLeader, TimeSpan duration)
    {
        broker.UseApiOf(broker.Nodes.First(name => name != node));
        await broker.SetTickTimeAsync(duration == TimeSpan.Zero ? ShortTickTime : DefaultTickTime);
        await servers.GrowsAsync(5);
        await servers.FlowsAsync();
        int pauses = broker.CountLogged(node, Paused);
        await broker.SeparateAsync(node);
        Task ended = Task.Delay(duration, TimeProvider.System, TestContext.Current.CancellationToken);
        if (duration == TimeSpan.Zero || duration > NoticeTimeout)
        {
            await Eventually.TrueAsync(
                () => broker.CountLogged(node, Paused) > pauses,
                () => $"{node} does not pause.\n{string.Join('\n', broker.LastLines(node))}",
                NoticeTimeout);
            await servers.GrowsAsync(5);
            await servers.MajorityFlowsAsync(isLeader ? OnEachNode : [QueueType.Classic, .. OnEachNode]);
        }

        await ended;
        await servers.AssertSeparatedAsync();
        await servers.RestartSeparatedProducerAsync();
        // With a short time, nodes on a busy machine take each other for down again.
        await broker.SetTickTimeAsync(DefaultTickTime);
        await broker.HealAsync(node);
        await broker.IsCompleteAsync();
        await servers.GrowsAsync(5);
        await servers.FlowsAsync();
        string period = duration == TimeSpan.Zero ? $"until it paused (net_ticktime {ShortTickTime} s)" : $"for {duration.TotalSeconds} s";
        await servers.StopAndAssertAsync($"The node of three that leads {(isLeader ? "each" : "no")} queue separated {period}");
    }
}
