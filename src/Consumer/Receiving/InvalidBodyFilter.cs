using F2bBroker.Consumer.Refusals;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using MassTransit;

namespace F2bBroker.Consumer.Receiving;

/// <summary>Refuses a message whose body is not a ban and so did not reach <see cref="BanConsumer"/>.</summary>
internal sealed class InvalidBodyFilter(ErrorQueuePublisher errors) : IFilter<ExceptionReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (context.IsFaulted)
        {
            // The consumer itself failed, so the channel is closing. The message stays in its queue and is delivered again.
            throw new InvalidOperationException("The message was not taken.", context.Exception);
        }

        await errors.RefuseAsync(
            context,
            new InvalidMessageException(BodyValidation.FindError(context.GetBody()), InvalidMessageKind.Body));
        // Otherwise MassTransit would declare a _skipped queue, for which this server has no permission.
        await context.NotifyFaulted(context.Exception);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("unreadable");
}
