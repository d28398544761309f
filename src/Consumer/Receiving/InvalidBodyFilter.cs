using F2bBroker.Consumer.Refusals;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using MassTransit;

namespace F2bBroker.Consumer.Receiving;

/// <summary>Refuses a message whose body is no ban, so that it never came to <see cref="BanConsumer"/>.</summary>
internal sealed class InvalidBodyFilter(ErrorQueuePublisher errors) : IFilter<ExceptionReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (context.IsFaulted)
        {
            // The consumer itself failed, so the channel is closing: the message stays in its queue and comes again.
            throw new InvalidOperationException("The message was not taken.", context.Exception);
        }

        await errors.RefuseAsync(
            context,
            new InvalidMessageException(BodyValidation.FindError(context.GetBody()), InvalidMessageKind.Body));
        // Without this MassTransit goes on to declare a _skipped queue, which this server has no right to.
        await context.NotifyFaulted(context.Exception);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("unreadable");
}
