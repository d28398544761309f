using F2bBroker.Contracts;
using MassTransit;
using MassTransit.RabbitMqTransport;

namespace F2bBroker.Consumer;

/// <summary>
/// Makes the server's queue, binds it to the bans, and makes its error queue, on each new channel: they may have been deleted since.
/// It has no right to declare the exchange of the bans.
/// </summary>
internal sealed class BindFilter(string queue, ErrorQueue errors) : IFilter<ChannelContext>
{
    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        await context.QueueDeclare(queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(), context.CancellationToken);
        await context.QueueBind(queue, Topology.Bans, "", new Dictionary<string, object?>(), context.CancellationToken);
        await errors.DeclareAsync(context);
        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("bind");
}
