using F2bBroker.Consumer.History;
using F2bBroker.Consumer.Metrics;
using F2bBroker.Consumer.Refusals;
using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Consumer.Receiving;

/// <summary>
/// Declares the server's queue, its binding and its error queue on each new channel, because they may have been deleted. The server has no
/// permission to declare the exchange of the bans. Delivers no message before the state needed to evaluate it is loaded.
/// </summary>
internal sealed class DeclareQueueFilter(
    string queue,
    QueueType type,
    ErrorQueuePublisher errors,
    BanWriter writer,
    BrokerAddresses brokerAddresses,
    CurrentPardons pardons,
    ServerQuarantine quarantine,
    LatestBanTime latest,
    HistoryReplay replay,
    ConsumerMetrics metrics,
    TimeProvider time,
    ILogger<DeclareQueueFilter> log)
    : IFilter<ChannelContext>
{
    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        bool wasThere = await QueueExistsAsync(context.ConnectionContext, context.CancellationToken);
        QueueDeclareOk declared = await context.QueueDeclare(
            queue,
            durable: true,
            exclusive: false,
            autoDelete: false,
            type.BanQueueArguments.ToDictionary(),
            context.CancellationToken);
        if (type == QueueType.Quorum && declared.ConsumerCount > 0)
        {
            // The broker would accept this consumer and keep it waiting until the other one is gone.
            throw new QueueInUseException();
        }

        await context.QueueBind(queue, Topology.BansExchange, "", new Dictionary<string, object?>(), context.CancellationToken);
        await errors.DeclareAsync(context);
        await Task.WhenAll(writer.Loaded, brokerAddresses.Resolved, pardons.Known).WaitAsync(context.CancellationToken);
        if (!wasThere)
        {
            LogMissedPeriod();
            metrics.QueueRecreated();
        }

        DateTimeOffset? moment = latest.Value;
        quarantine.StartBacklog(moment ?? replay.EarliestTime);
        replay.Request(moment);
        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("bind");

    /// <summary>Asks on a separate channel, because the broker closes it if the queue does not exist.</summary>
    private async Task<bool> QueueExistsAsync(ConnectionContext connection, CancellationToken cancel)
    {
        await using IChannel channel = await connection.Connection.CreateChannelAsync(cancellationToken: cancel);
        try
        {
            await channel.QueueDeclarePassiveAsync(queue, cancel);
            return true;
        }
        catch (OperationInterruptedException failure) when (NotFoundAnswer.IsMissing(failure))
        {
            return false;
        }
    }

    /// <summary>
    /// Logs the period whose bans were in the deleted queue. The queue exists from the moment of enrollment, so somebody deleted it.
    /// </summary>
    private void LogMissedPeriod()
    {
        string from = latest.Value is { } moment ? $"between {UtcTimestamp.Format(moment)} and" : "before";
        log.Log(
            replay.IsEnabled ? LogLevel.Warning : LogLevel.Error,
            "The queue {Queue:l} did not exist and was recreated. Other servers' bans {From:l} {Now:l} {Outcome:l}.",
            queue,
            from,
            UtcTimestamp.Format(time.GetUtcNow()),
            replay.IsEnabled ? $"that are missing are read from {Topology.HistoryStream}" : "may be missing");
    }
}
