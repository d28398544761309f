using System.Runtime.CompilerServices;
using System.Threading.Channels;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Admin.Waiting;

/// <summary>
/// Reads a server's queue and acknowledges nothing, so all messages return to their places when it is disposed. Nobody else can receive
/// from the queue meanwhile.
/// </summary>
/// <remarks>A marker that it publishes to the queue shows the end: the broker's counts of quorum queues are some seconds old.</remarks>
internal sealed class QueueBrowser : AsyncDefaultBasicConsumer, IAsyncDisposable
{
    /// <summary>How long a removed user's consumer may hold the queue.</summary>
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>The time to wait for a further message. The broker sends all without a pause.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The broker returns many messages to the queue after the connection is closed.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly Channel<QueuedMessage> deliveries = System.Threading.Channels.Channel.CreateUnbounded<QueuedMessage>();
    private readonly IConnection connection;
    private readonly string queue;
    private readonly string marker = Guid.NewGuid().ToString();
    private string tag = "";

    private QueueBrowser(IConnection connection, IChannel channel, string queue)
        : base(channel)
    {
        this.connection = connection;
        this.queue = queue;
    }

    /// <summary>Waits until no other consumer holds the queue, and becomes its only consumer.</summary>
    /// <param name="connection">A connection for the browser alone, which it closes.</param>
    /// <exception cref="CommandFailedException">Another consumer holds the queue for too long.</exception>
    public static async Task<QueueBrowser> SubscribeAsync(
        IConnection connection,
        string queue,
        TimeProvider time,
        CancellationToken cancel)
    {
        for (long began = time.GetTimestamp(); time.GetElapsedTime(began) < ReleaseTimeout; await Task.Delay(RetryDelay, time, cancel))
        {
            IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancel);
            QueueBrowser browser = new(connection, channel, queue);
            try
            {
                browser.tag = await channel.BasicConsumeAsync(
                    queue, autoAck: false, "", noLocal: false, exclusive: true, arguments: null, browser, cancel);
                return browser;
            }
            catch (OperationInterruptedException failure) when (failure.ShutdownReason?.ReplyCode == Constants.AccessRefused)
            {
                await channel.DisposeAsync();
            }
        }

        throw new CommandFailedException(
            ExitCode.Failure,
            $"Another consumer receives from {queue}: end its connection (f2bbroker status), then repeat the command.");
    }

    /// <summary>Returns the messages that are in the queue now.</summary>
    /// <exception cref="Exception">The connection or the queue is gone.</exception>
    public async IAsyncEnumerable<QueuedMessage> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        BasicProperties properties = new() { MessageId = marker };
        await Channel.BasicPublishAsync("", queue, mandatory: false, properties, ReadOnlyMemory<byte>.Empty, cancel);
        while (true)
        {
            QueuedMessage message = await ReceiveAsync(cancel);
            if (message.Properties.MessageId == marker)
            {
                await Channel.BasicAckAsync(message.DeliveryTag, multiple: false, cancel);
                yield break;
            }

            yield return message;
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
        // The client reuses its buffer.
        deliveries.Writer.TryWrite(new QueuedMessage(deliveryTag, exchange, properties, body.ToArray()));
        return Task.CompletedTask;
    }

    public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        deliveries.Writer.TryComplete(new OperationInterruptedException(reason));
        return base.HandleChannelShutdownAsync(channel, reason);
    }

    public async ValueTask DisposeAsync()
    {
        if (Channel.IsOpen)
        {
            // The server can receive again before all messages have returned to the queue.
            await Channel.BasicCancelAsync(tag);
        }

        await connection.AbortAsync(CloseTimeout);
    }

    private async Task<QueuedMessage> ReceiveAsync(CancellationToken cancel)
    {
        if (deliveries.Reader.TryRead(out QueuedMessage? waiting))
        {
            return waiting;
        }

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(IdleTimeout);
        try
        {
            return await deliveries.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CommandFailedException(
                ExitCode.BrokerUnreachable,
                $"{queue} cannot be read: the broker sends nothing for {IdleTimeout.TotalSeconds} s. Repeat the command.");
        }
    }
}
