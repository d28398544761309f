using F2bBroker.Consumer.Metrics;
using F2bBroker.Consumer.Refusals;
using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer.Receiving;

/// <summary>Processes a message: refuses it, skips it, or writes it before it is acknowledged.</summary>
/// <remarks>A refusal must not leave as an exception: MassTransit would publish a fault to the address in the sender's headers.</remarks>
internal sealed class BanConsumer(
    Settings settings,
    SkipRules skipRules,
    BanWriter writer,
    ErrorQueuePublisher errors,
    LatestBanTime latest,
    ConsumerMetrics metrics,
    TimeProvider time,
    ILogger<BanConsumer> log)
    : IConsumer<BanDetected>, IDisposable
{
    private readonly SkippedBans skipped = new(metrics, log, time);

    public async Task Consume(ConsumeContext<BanDetected> context)
    {
        try
        {
            MessageOrigin origin = context.ReceiveContext.GetOrigin(settings.Server);
            Ban ban = ReceivedBanValidator.Check(origin, context.Message, time.GetUtcNow());
            await ProcessAsync(ban, origin.IsRequeued ? DeliverySource.Requeued : DeliverySource.Queue, context.ReceiveContext);
        }
        catch (InvalidMessageException refusal)
        {
            await errors.RefuseAsync(context.ReceiveContext, refusal);
        }
    }

    public void Dispose() => skipped.Dispose();

    private async Task ProcessAsync(Ban ban, DeliverySource source, ReceiveContext context)
    {
        if (skipRules.FindSkipReason(ban) is { } reason)
        {
            skipped.CountSkipped(reason);
        }
        else
        {
            await HandleOutcomeAsync(await writer.WriteAsync(ban, source), ban.Server, context);
        }

        latest.Update(ban);
    }

    private async Task HandleOutcomeAsync(BanOutcome outcome, string server, ReceiveContext context)
    {
        if (outcome is BanOutcome.Duplicate)
        {
            skipped.CountDuplicate();
        }
        else if (outcome is BanOutcome.Pardoned)
        {
            skipped.CountSkipped(CurrentPardons.SkipReason);
        }
        else if (outcome is BanOutcome.Quarantined)
        {
            skipped.CountQuarantined(server, await errors.PublishQuarantinedAsync(context));
        }
    }
}
