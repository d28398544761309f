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
internal sealed class QueueBrowser : AsyncDefaultBasicConsumer, IAsyncDisposable
{
    /// <summary>How long a removed user's consumer may hold the queue.</summary>
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>The time to wait for a further message. The broker sends all without a pause.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(5);

    private readonly Channel<QueuedMessage> deliveries = System.Threading.Channels.Channel.CreateUnbounded<QueuedMessage>();

    private QueueBrowser(IChannel channel)
        : base(channel)
    {
    }

    /// <summary>Waits until no other consumer holds the queue, and becomes its only consumer.</summary>
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
            QueueBrowser browser = new(channel);
            try
            {
                await channel.BasicConsumeAsync(
                    queue, autoAck: false, "", noLocal: false, exclusive: true, arguments: null, browser, cancel);
                return browser;
            }
            catch (OperationInterruptedException failure) when (failure.ShutdownReason?.ReplyCode == Constants.AccessRefused)
            {
                await browser.DisposeAsync();
            }
        }

        throw new CommandFailedException(
            ExitCode.Failure,
            $"Another consumer receives from {queue}: end its connection (f2bbroker status), then repeat the command.");
    }

    /// <summary>Returns that many messages; fewer if the broker sends no more.</summary>
    /// <exception cref="Exception">The connection or the queue is gone.</exception>
    public async IAsyncEnumerable<QueuedMessage> ReadAsync(long count, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (long read = 0; read < count && await ReceiveAsync(cancel) is { } message; read++)
        {
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
        deliveries.Writer.TryWrite(new QueuedMessage(exchange, properties, body.ToArray()));
        return Task.CompletedTask;
    }

    public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        deliveries.Writer.TryComplete(new OperationInterruptedException(reason));
        return base.HandleChannelShutdownAsync(channel, reason);
    }

    public ValueTask DisposeAsync() => Channel.DisposeAsync();

    private async Task<QueuedMessage?> ReceiveAsync(CancellationToken cancel)
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
            return null;
        }
    }
}
