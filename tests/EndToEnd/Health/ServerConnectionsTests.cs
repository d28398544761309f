using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Health;

/// <summary>
/// <c>f2bbroker status</c> asks for the names of a server's connections only if their number is not that of the programs which report
/// their health.
/// </summary>
[Trait("Form", "long")]
[Trait("Form", "soak")]
public sealed class ServerConnectionsTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;

    public async ValueTask InitializeAsync() => group = await TestGroup.StartAsync(broker);

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Theory]
    [InlineData("classic", 5)]
    [InlineData("stream", 3)]
    public async Task Another_program_and_a_missing_one_are_seen_beside_healthy_ones(string type, int connections)
    {
        Server web1 = type == QueueType.Stream.Name ? await group.EnrollFromStreamAsync("web1") : await group.EnrollAsync("web1");
        Daemon consumer = await web1.StartConsumerAsync();
        await web1.StartProducerAsync();
        int count = 0;
        await Eventually.TrueAsync(
            async () => (count = (await broker.GetAsync("connections/username/web1"))!.AsArray().Count) == connections,
            () => $"{count} connections");
        await HasStatusAsync(@"(?m)^web1 +both +[^ ]+ +consumer [^ ]+ \d+s, producer [^ ]+ \d+s +[-0]");
        await using (await Sender.ConnectAsync(broker, web1))
        {
            await HasStatusAsync(@"(?m)^web1 +both +[^ ]+ +consumer [^ ]+ \d+s, producer [^ ]+ \d+s, other +[-0]");
        }

        await consumer.KillAsync();
        await HasStatusAsync("(?m)^web1's consumer is not connected: ");
    }

    private async Task HasStatusAsync(string pattern)
    {
        string status = "";
        await Eventually.TrueAsync(
            async () => Regex.IsMatch(status = (await broker.AdminAsync("status")).Output, pattern),
            () => status);
    }
}
