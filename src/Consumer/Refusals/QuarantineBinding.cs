using F2bBroker.Contracts;
using MassTransit.RabbitMqTransport;

namespace F2bBroker.Consumer.Refusals;

/// <summary>
/// Shows on the broker which servers this server has quarantined: a binding of its error queue, whose routing key names them. A binding is
/// the only thing this server has permission to create there. Operators see it in the management UI and in <c>f2bbroker status</c>.
/// </summary>
internal sealed class QuarantineBinding(string errorQueue)
{
    // Each ban extends the quarantine. The binding is renewed only once per minute.
    private static readonly TimeSpan MinExtension = TimeSpan.FromMinutes(1);
    private static readonly Dictionary<string, object?> NoArguments = [];

    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<string, DateTimeOffset> bound = [];

    public async Task BindAsync(ChannelContext channel, string server, DateTimeOffset until)
    {
        await gate.WaitAsync(channel.CancellationToken);
        try
        {
            bool isShown = bound.TryGetValue(server, out DateTimeOffset old);
            if (isShown && until - old < MinExtension)
            {
                return;
            }

            await channel.QueueBind(
                errorQueue,
                errorQueue,
                QuarantineRoutingKey.Format(server, until),
                NoArguments,
                channel.CancellationToken);
            if (isShown)
            {
                await channel.Channel.QueueUnbindAsync(
                    errorQueue,
                    errorQueue,
                    QuarantineRoutingKey.Format(server, old),
                    NoArguments,
                    channel.CancellationToken);
            }

            bound[server] = until;
        }
        finally
        {
            gate.Release();
        }
    }
}
