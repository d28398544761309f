using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.Bench.Scale;

/// <summary>All light receivers. They share a process, and nothing else.</summary>
internal sealed class LightServers(ScaleSetting setting, BanFeed feed) : IAsyncDisposable
{
    private const int ConcurrentLogins = 8;

    private static readonly TimeSpan HealthInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(20);

    private readonly List<LightReceiver> receivers = [];
    private readonly List<BanReceiver> consumers = [];
    private readonly CancellationTokenSource end = new();
    private Task reporting = Task.CompletedTask;
    private int lost;

    public LagHistogram Lags { get; } = new();

    public long Received => consumers.Sum(consumer => (long)consumer.Received);

    public long Duplicates => consumers.Sum(consumer => (long)consumer.Duplicates);

    public int LostConnections => lost;

    public async Task ConnectAsync()
    {
        await Parallel.ForEachAsync(
            setting.LightServers,
            new ParallelOptions { MaxDegreeOfParallelism = ConcurrentLogins },
            async (server, _) =>
            {
                LightReceiver receiver = new(setting, server, this);
                await receiver.ConnectAsync(CreateFactory(server));
                lock (receivers)
                {
                    receivers.Add(receiver);
                }
            });
        reporting = ReportHealthAsync(end.Token);
    }

    public BanReceiver CreateConsumer(IChannel channel)
    {
        BanReceiver consumer = new(channel, feed, Lags, setting.BanCount);
        lock (consumers)
        {
            consumers.Add(consumer);
        }

        return consumer;
    }

    public void CountLoss(ShutdownEventArgs reason)
    {
        if (!end.IsCancellationRequested)
        {
            Interlocked.Increment(ref lost);
            Console.Error.WriteLine($"A light receiver lost a connection: {reason.ReplyText}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await reporting;
        await Parallel.ForEachAsync(receivers, (receiver, _) => receiver.DisposeAsync());
        end.Dispose();
    }

    private ConnectionFactory CreateFactory(string server)
    {
        IConfiguration login = new ConfigurationBuilder().AddIniFile(setting.LoginOf(server)).Build();
        return new ConnectionFactory
        {
            Uri = new Uri(login["broker:uri"]!),
            UserName = server,
            Password = login["broker:password"]!,
            AutomaticRecoveryEnabled = false,
            RequestedHeartbeat = Heartbeat,
        };
    }

    /// <summary>Has each server report its health once a minute, evenly spread.</summary>
    private async Task ReportHealthAsync(CancellationToken cancel)
    {
        while (true)
        {
            for (int i = 0; i < receivers.Count; i++)
            {
                try
                {
                    await Task.Delay(HealthInterval / receivers.Count, TimeProvider.System, cancel);
                }
                catch (OperationCanceledException)
                {
                    return;
                }

                await receivers[i].ReportHealthAsync();
            }
        }
    }
}
