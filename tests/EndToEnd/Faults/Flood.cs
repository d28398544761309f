using System.Text;
using RabbitMQ.Client;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>
/// Messages of a compromised server on several connections, as fast as the broker accepts them, until the broker closes the connections.
/// </summary>
internal sealed class Flood : IAsyncDisposable
{
    private readonly List<Sender> senders = [];
    private readonly CancellationTokenSource end = new();
    private readonly long start = TimeProvider.System.GetTimestamp();
    private Task flowing = Task.CompletedTask;
    private long published;

    /// <summary>The number of messages written to the connections.</summary>
    public long Count => Interlocked.Read(ref published);

    public TimeSpan Lasted => TimeProvider.System.GetElapsedTime(start);

    /// <summary>True if the broker has closed every connection.</summary>
    public bool IsOver => flowing.IsCompleted;

    /// <param name="size">The size of the bodies, which are not bans. 0 sends bans, each of another address.</param>
    public static async Task<Flood> StartAsync(RunningBroker broker, Server intruder, int connections, int size = 0)
    {
        Flood flood = new();
        for (int i = 0; i < connections; i++)
        {
            flood.senders.Add(await Sender.ConnectAsync(broker, intruder));
        }

        flood.flowing = Task.WhenAll(flood.senders.Select(sender => Task.Run(() => flood.FlowAsync(sender, size))));
        return flood;
    }

    public async Task GrowsAsync(int more)
    {
        long goal = Count + more;
        await Eventually.TrueAsync(() => Count >= goal || IsOver, () => "");
        Assert.False(IsOver, "The flood has ended.");
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await flowing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (Sender sender in senders)
        {
            await sender.DisposeAsync();
        }

        end.Dispose();
    }

    private async Task FlowAsync(Sender sender, int size)
    {
        byte[] large = new byte[size];
        BasicProperties properties = new() { UserId = sender.Name, Persistent = true };
        try
        {
            await using IChannel channel = await sender.UnconfirmedChannelAsync();
            while (!end.IsCancellationRequested)
            {
                byte[] body = size > 0 ? large : Encoding.UTF8.GetBytes(sender.Body(Address(Interlocked.Read(ref published))));
                await channel.BasicPublishAsync("f2b.bans", "", mandatory: false, properties, body, end.Token);
                Interlocked.Increment(ref published);
            }
        }
        catch (Exception failure) when (failure is not Xunit.Sdk.XunitException)
        {
            // The broker closed the connection, or the flood was stopped.
        }
    }

    private static string Address(long number) => $"198.18.{number / 250 % 250}.{number % 250}";
}
