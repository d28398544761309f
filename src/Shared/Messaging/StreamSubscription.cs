using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Shared.Messaging;

/// <summary>
/// A consumer of a stream. The broker sends some messages in advance, and more as they are acknowledged. Messages stay in the stream.
/// </summary>
/// <remarks>
/// Several batches are acknowledged together, because an acknowledgement costs the broker as much as a message. When no message arrives,
/// the rest is acknowledged after a second: the broker closes a channel that acknowledges nothing for its consumer timeout.
/// </remarks>
internal sealed class StreamSubscription : AsyncDefaultBasicConsumer, IAsyncDisposable
{
    /// <summary>The number of messages that the broker sends in advance. With more, RabbitMQ 3.10 becomes slower.</summary>
    public const ushort Prefetch = 500;

    private const int MaxBatchSize = Prefetch / 2;
    private const int MaxUnacknowledged = 100;

    private static readonly TimeSpan AcknowledgementDelay = TimeSpan.FromSeconds(1);

    private readonly Channel<StreamMessage> deliveries = System.Threading.Channels.Channel.CreateUnbounded<StreamMessage>();
    private string consumerTag = "";
    private int unacknowledged;
    private ulong lastProcessed;

    private StreamSubscription(IChannel channel)
        : base(channel)
    {
    }

    /// <param name="offset">The start in RabbitMQ's terms: <c>first</c>, <c>last</c>, <c>next</c>, an offset or a time.</param>
    /// <param name="prefetch">The number of messages that the broker sends in advance.</param>
    /// <exception cref="OperationInterruptedException">The broker refuses: the stream does not exist (404), or there is no permission to
    /// read it (403).</exception>
    public static async Task<StreamSubscription> SubscribeAsync(
        IConnection connection,
        string stream,
        object offset,
        CancellationToken cancel,
        ushort prefetch = Prefetch)
    {
        IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        StreamSubscription subscription = new(channel);
        await channel.BasicQosAsync(0, prefetch, global: false, cancel);
        Dictionary<string, object?> arguments = new() { ["x-stream-offset"] = offset };
        subscription.consumerTag =
            await channel.BasicConsumeAsync(stream, autoAck: false, "", noLocal: false, exclusive: false, arguments, subscription, cancel);
        return subscription;
    }

    /// <summary>Waits for messages and returns them; returns none after the timeout.</summary>
    /// <exception cref="Exception">The connection or the stream is gone: see <see
    /// cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public async Task<IReadOnlyList<StreamMessage>> ReceiveBatchAsync(TimeSpan timeout, CancellationToken cancel)
    {
        // A shorter wait is for the end of the stream. Its reader closes the channel, or goes on within the consumer timeout.
        bool waitsLonger = timeout == Timeout.InfiniteTimeSpan || timeout > AcknowledgementDelay;
        if (unacknowledged > 0 && waitsLonger && !await WaitAsync(AcknowledgementDelay, cancel))
        {
            await SendAcknowledgementAsync(cancel);
        }

        if (!await WaitAsync(timeout, cancel))
        {
            return [];
        }

        List<StreamMessage> batch = [];
        while (batch.Count < MaxBatchSize && deliveries.Reader.TryRead(out StreamMessage? message))
        {
            batch.Add(message);
        }

        return batch;
    }

    /// <summary>
    /// Ends the subscription and returns all that the broker sent. If they are fewer than <see cref="Prefetch"/>, the last one was the end
    /// of the stream: the broker sends all of it that the prefetch allows before it answers. In a cluster, it does not send messages that
    /// are not yet on a majority of the nodes.
    /// </summary>
    /// <exception cref="Exception">The connection or the stream is gone: see <see
    /// cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public async Task<IReadOnlyList<StreamMessage>> ReceiveAvailableAsync(CancellationToken cancel)
    {
        await Channel.BasicCancelAsync(consumerTag, cancellationToken: cancel);
        List<StreamMessage> batch = [];
        await foreach (StreamMessage message in deliveries.Reader.ReadAllAsync(cancel))
        {
            batch.Add(message);
        }

        return batch;
    }

    /// <summary>Acknowledges the batch, so that the broker sends more. The acknowledgement may be sent later.</summary>
    public async Task AcknowledgeAsync(IReadOnlyList<StreamMessage> batch, CancellationToken cancel)
    {
        unacknowledged += batch.Count;
        lastProcessed = batch[^1].DeliveryTag;
        if (unacknowledged >= MaxUnacknowledged)
        {
            await SendAcknowledgementAsync(cancel);
        }
    }

    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        long offset = properties.Headers?["x-stream-offset"] is long place ? place : 0;
        // The client reuses its buffer.
        deliveries.Writer.TryWrite(new StreamMessage(offset, deliveryTag, exchange, properties, body.ToArray()));
        return Task.CompletedTask;
    }

    public override Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        deliveries.Writer.TryComplete();
        return base.HandleBasicCancelOkAsync(consumerTag, cancellationToken);
    }

    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        deliveries.Writer.TryComplete(new IOException("the broker ended the subscription: was the stream deleted?"));
        return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
    }

    public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        deliveries.Writer.TryComplete(new OperationInterruptedException(reason));
        return base.HandleChannelShutdownAsync(channel, reason);
    }

    public ValueTask DisposeAsync() => Channel.DisposeAsync();

    private async Task SendAcknowledgementAsync(CancellationToken cancel)
    {
        await Channel.BasicAckAsync(lastProcessed, multiple: true, cancel);
        unacknowledged = 0;
    }

    /// <summary>Returns false if no message arrives within that time.</summary>
    private async Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancel)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(timeout);
        try
        {
            return await deliveries.Reader.WaitToReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
