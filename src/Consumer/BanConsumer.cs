using F2bBroker.Contracts;
using F2bBroker.Daemon;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer;

/// <summary>Takes a message: refuses it, skips it, or has it written before it is acknowledged.</summary>
/// <remarks>A refusal must not leave as an exception: MassTransit would send a fault to wherever the sender's headers say.</remarks>
internal sealed class BanConsumer(
    Acceptance acceptance, BanWriter writer, ErrorQueue errors, HeardUpTo heard, TimeProvider time, ILogger<BanConsumer> log)
    : IConsumer<BanDetected>, IDisposable
{
    private readonly Tally skipped = new("Skipped bans", log, time);

    public async Task Consume(ConsumeContext<BanDetected> context)
    {
        try
        {
            await TakeAsync(Received(context));
        }
        catch (Refusal refusal)
        {
            await errors.PutAsync(context.ReceiveContext, refusal.Message);
        }
    }

    public void Dispose() => skipped.Dispose();

    private async Task TakeAsync(Ban ban)
    {
        if (acceptance.ReasonToSkip(ban) is { } reason)
        {
            skipped.Count(reason);
        }
        else if (!await writer.WriteAsync(ban))
        {
            skipped.Count("already written");
        }

        heard.Hear(ban);
    }

    private Ban Received(ConsumeContext<BanDetected> context)
    {
        Origin.Verify(Origin.PropertiesOf(context.ReceiveContext), context.Message.Server);
        Ban ban = Ban.Parse(context.Message);
        return ban.DetectedAt - time.GetUtcNow() <= WrittenBans.FutureAllowed
            ? ban
            : throw new Refusal($"detectedAt {UtcText.Print(ban.DetectedAt)} is more than {WrittenBans.FutureAllowed.TotalMinutes} minutes in the future");
    }
}
