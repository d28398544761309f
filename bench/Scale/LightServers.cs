using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.Bench.Scale;

/// <summary>All light receivers. They share a process, and nothing else.</summary>
internal sealed class LightServers(ScaleSetting setting, BanFeed feed) : IAsyncDisposable
{
    private const int ConcurrentLogins = 8;

    // As the built consumers do: for a queue each message, for the stream many at once.
    private const int StreamAcknowledgement = 100;
    private const int QueueAcknowledgement = 1;

    private static readonly TimeSpan HealthInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AcknowledgementInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(20);

    private readonly List<LightReceiver> receivers = [];
    private readonly List<BanReceiver> consumers = [];
    private readonly CancellationTokenSource end = new();
    private Task reporting = Task.CompletedTask;
    private Task acknowledging = Task.CompletedTask;
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
        acknowledging = AcknowledgeRestAsync(end.Token);
    }

    public BanReceiver CreateConsumer(IChannel channel)
    {
        BanReceiver consumer = new(
            channel,
            feed,
            Lags,
            setting.BanCount,
            setting.IsStream ? StreamAcknowledgement : QueueAcknowledgement);
        lock (consumers)
        {
            consumers.Add(consumer);
        }

        return consumer;
    }

    /// <summary>Notes for each ban that has not arrived how long it has been missing.</summary>
    public void NoteMissing() => consumers.ForEach(consumer => consumer.NoteMissing());

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
        if (end.IsCancellationRequested)
        {
            return;
        }

        await end.CancelAsync();
        await Task.WhenAll(reporting, acknowledging);
        await Task.WhenAll(receivers.Select(receiver => receiver.DisposeAsync().AsTask()));
        consumers.ForEach(consumer => consumer.Dispose());
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
        for (int i = 0; await WaitAsync(HealthInterval / receivers.Count, cancel); i++)
        {
            await receivers[i % receivers.Count].ReportHealthAsync();
        }
    }

    private async Task AcknowledgeRestAsync(CancellationToken cancel)
    {
        while (await WaitAsync(AcknowledgementInterval, cancel))
        {
            foreach (BanReceiver consumer in consumers)
            {
                await consumer.AcknowledgeRestAsync();
            }
        }
    }

    /// <summary>Returns false if it was cancelled.</summary>
    private static async Task<bool> WaitAsync(TimeSpan delay, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(delay, TimeProvider.System, cancel);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
