namespace F2bBroker.EndToEndTests.TakenOver;

/// <summary>Opens all the connections and channels that the broker grants a server.</summary>
internal sealed class AllConnections(RunningBroker broker, Server server) : IAsyncDisposable
{
    private readonly List<Sender> open = [];

    public async Task<(int Connections, int Channels)> OpenAsync()
    {
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (open.Count < 20)
            {
                Sender next = await Sender.ConnectAsync(broker, server);
                open.Add(next);
                // The client does not wait for the broker's answer to its login. The answer to a channel comes after it.
                await (await next.ChannelAsync()).DisposeAsync();
            }
        });
        int connections = open.Count - 1;
        int channels = 0;
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            for (; channels < 100; channels++)
            {
                // The broker counts the channels of all connections.
                await open[channels % connections].ChannelAsync();
            }
        });
        return (connections, channels);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Sender sender in open)
        {
            await sender.DisposeAsync();
        }
    }
}
