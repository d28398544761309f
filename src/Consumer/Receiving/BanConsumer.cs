using F2bBroker.Consumer.Processing;
using F2bBroker.Consumer.Refusals;
using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using MassTransit;

namespace F2bBroker.Consumer.Receiving;

/// <summary>Processes a message: refuses it, skips it, or writes it before it is acknowledged.</summary>
/// <remarks>A refusal must not leave as an exception: MassTransit would publish a fault to the address in the sender's headers.</remarks>
internal sealed class BanConsumer(
    Settings settings,
    BanProcessor bans,
    ErrorQueuePublisher errors,
    TimeProvider time)
    : IConsumer<BanDetected>
{
    public async Task Consume(ConsumeContext<BanDetected> context)
    {
        try
        {
            MessageOrigin origin = context.ReceiveContext.GetOrigin(settings.Server);
            Ban ban = ReceivedBanValidator.Check(origin, context.Message, time.GetUtcNow());
            DeliverySource source = origin.IsRequeued ? DeliverySource.Requeued : DeliverySource.Delivered;
            if (await bans.ProcessAsync(ban, source) is BanOutcome.Quarantined)
            {
                bans.CountQuarantined(ban.Server, await errors.PublishQuarantinedAsync(context.ReceiveContext));
            }
        }
        catch (InvalidMessageException refusal)
        {
            await errors.RefuseAsync(context.ReceiveContext, refusal);
        }
    }
}
