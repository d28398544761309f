using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Producer.Publishing;

/// <summary>A connection on which nothing is published before the stream is up.</summary>
/// <remarks>
/// A stream can start later than its broker. RabbitMQ up to 4.1 does not route to it until then, and confirms a ban that only the other
/// queues have received.
/// </remarks>
internal sealed class CheckedConnection
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly CancellationTokenSource closed = new();
    private readonly Task streamIsUp;

    public CheckedConnection(IConnection connection, TimeProvider time, ILogger log)
    {
        (Connection, this.time, this.log) = (connection, time, log);
        connection.ConnectionShutdownAsync += (_, _) => closed.CancelAsync();
        streamIsUp = WaitForStreamAsync();
    }

    public IConnection Connection { get; }

    /// <summary>True while bans wait for the stream.</summary>
    public bool IsWaitingForStream => !streamIsUp.IsCompleted;

    /// <summary>Publishes when the stream is up.</summary>
    /// <param name="publish">
    /// Publishes a ban with MassTransit. If this connection is lost meanwhile, MassTransit publishes on another one, whose stream may not
    /// be up. It does so only when this one is closed, so a ban that is confirmed while this one is open was published here.
    /// </param>
    /// <exception cref="AlreadyClosedException">The connection is closed. It is not known where the ban was published.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task PublishAsync(Func<CancellationToken, Task> publish, CancellationToken cancel)
    {
        using CancellationTokenSource open = CancellationTokenSource.CreateLinkedTokenSource(cancel, closed.Token);
        try
        {
            await streamIsUp.WaitAsync(open.Token);
            await publish(open.Token);
        }
        catch (OperationCanceledException) when (!Connection.IsOpen)
        {
            // It is described below.
        }

        if (Connection.CloseReason is { } reason)
        {
            throw new AlreadyClosedException(reason);
        }
    }

    private async Task WaitForStreamAsync()
    {
        string? logged = null;
        while (Connection.IsOpen && await FindObstacleAsync() is { } obstacle)
        {
            if (Connection.IsOpen && obstacle != logged)
            {
                log.LogInformation("Bans wait for the stream {Stream:l}: {Obstacle:l}.", Topology.HistoryStream, obstacle);
                logged = obstacle;
            }

            await Task.Delay(PollInterval, time);
        }
    }

    /// <summary>Returns null if the stream is up, and if it does not exist: a group without it keeps no history.</summary>
    private async Task<string?> FindObstacleAsync()
    {
        try
        {
            await using IChannel channel = await Connection.CreateChannelAsync();
            await channel.QueueDeclarePassiveAsync(Topology.HistoryStream);
            return null;
        }
        catch (OperationInterruptedException refusal)
            when (NotFoundAnswer.IsMissing(refusal) || refusal.ShutdownReason?.ReplyCode == Constants.AccessRefused)
        {
            // RabbitMQ 4.2 and later refuses the question (403) if the stream is up.
            return null;
        }
        catch (Exception failure) when (BrokerConnection.IsConnectionFailure(failure))
        {
            return BrokerReply.Describe(failure);
        }
    }
}
