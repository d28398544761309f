using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.EndToEndTests.Consuming;

/// <summary>A reader does not wait for ever for what the broker does not send, for example while nodes of a cluster are down.</summary>
public sealed class BrokerStreamTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Sender sender = null!;
    private BrokerStream stream = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        sender = await group.ConnectAsync(await group.EnrollAsync("web1"));
        stream = new BrokerStream(sender.Connection, Topology.HistoryStream) { ResponseTimeout = TimeSpan.FromSeconds(5) };
        foreach (string ip in new[] { "203.0.113.1", "203.0.113.2", "203.0.113.3" })
        {
            await sender.PublishBanAsync(ip);
        }
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task A_reader_gets_the_messages_up_to_the_last_offset()
    {
        List<long> offsets = [];
        await AddOffsetsAsync(offsets, stream.ReadToAsync(last: 2, DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken));
        Assert.Equal([0, 1, 2], offsets);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_that_the_broker_does_not_send_is_a_failure(bool follows)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        List<long> offsets = [];
        await Assert.ThrowsAsync<TimeoutException>(() => AddOffsetsAsync(
            offsets,
            follows ? stream.FollowAsync(0, last: 3, cancel) : stream.ReadToAsync(last: 3, DateTimeOffset.UnixEpoch, cancel)));
        Assert.Equal([0, 1, 2], offsets);
    }

    private static async Task AddOffsetsAsync(List<long> offsets, IAsyncEnumerable<IReadOnlyList<StreamMessage>> batches)
    {
        await foreach (IReadOnlyList<StreamMessage> batch in batches)
        {
            offsets.AddRange(batch.Select(message => message.Offset));
        }
    }
}
