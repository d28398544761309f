using F2bBroker.Contracts;
using MassTransit.RabbitMqTransport;

namespace F2bBroker.Consumer;

/// <summary>
/// Shows on the broker which servers are under quarantine here: as a binding of the error queue, whose key says so. It is all that this server has the
/// right to leave there, and operators see it in the management UI and in <c>f2bbroker status</c>.
/// </summary>
internal sealed class QuarantineSign(string errorQueue)
{
    // A quarantine is longer with each ban; the sign need not be.
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(1);
    private static readonly Dictionary<string, object?> NoArguments = [];

    private readonly SemaphoreSlim one = new(1);
    private readonly Dictionary<string, DateTimeOffset> shown = [];

    public async Task ShowAsync(ChannelContext channel, string server, DateTimeOffset until)
    {
        await one.WaitAsync(channel.CancellationToken);
        try
        {
            bool isShown = shown.TryGetValue(server, out DateTimeOffset old);
            if (isShown && until - old < Step)
            {
                return;
            }

            await channel.QueueBind(errorQueue, errorQueue, QuarantineKey.Of(server, until), NoArguments, channel.CancellationToken);
            if (isShown)
            {
                await channel.Channel.QueueUnbindAsync(errorQueue, errorQueue, QuarantineKey.Of(server, old), NoArguments, channel.CancellationToken);
            }

            shown[server] = until;
        }
        finally
        {
            one.Release();
        }
    }
}
