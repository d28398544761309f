using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Configuration;
using F2bBroker.Daemon.Messaging;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer;

/// <summary>Takes a message: refuses it, skips it, or has it written before it is acknowledged.</summary>
/// <remarks>A refusal must not leave as an exception: MassTransit would send a fault to wherever the sender's headers say.</remarks>
internal sealed class BanConsumer(
    Settings settings, Acceptance acceptance, BanWriter writer, ErrorQueue errors, QuarantineSign sign, HeardUpTo heard, ConsumerMetrics metrics, TimeProvider time,
    ILogger<BanConsumer> log)
    : IConsumer<BanDetected>, IDisposable
{
    private readonly Tally skipped = new("Skipped bans", log, time);

    public async Task Consume(ConsumeContext<BanDetected> context)
    {
        try
        {
            Origin origin = context.ReceiveContext.OriginFor(settings.Server);
            Ban ban = ReceivedBan.Check(origin, context.Message, time.GetUtcNow());
            await TakeAsync(ban, origin.IsRequeued ? Way.Requeued : Way.Live, context.ReceiveContext);
        }
        catch (Refusal refusal)
        {
            await errors.RefuseAsync(context.ReceiveContext, refusal);
        }
    }

    public void Dispose() => skipped.Dispose();

    private async Task TakeAsync(Ban ban, Way way, ReceiveContext context)
    {
        if (acceptance.ReasonToSkip(ban) is { } reason)
        {
            skipped.Count(reason);
            metrics.Skipped(reason);
        }
        else
        {
            await FollowAsync(await writer.WriteAsync(ban, way), ban.Server, context);
        }

        heard.Hear(ban);
    }

    private async Task FollowAsync(Verdict verdict, string server, ReceiveContext context)
    {
        if (verdict is Verdict.Duplicate)
        {
            skipped.Count("already written");
            metrics.Duplicate();
        }
        else if (verdict is Verdict.Quarantined(var until))
        {
            await sign.ShowAsync(context.GetPayload<ChannelContext>(), server, until);
            bool isKept = await errors.QuarantineAsync(context);
            skipped.Count(isKept ? "of a quarantined server" : "of a quarantined server without a copy");
        }
    }
}
