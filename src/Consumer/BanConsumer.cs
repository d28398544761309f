using F2bBroker.Contracts;
using F2bBroker.Daemon;
using MassTransit;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace F2bBroker.Consumer;

/// <summary>Takes a message: refuses it (an exception, so it goes to the error queue), skips it, or has it written before it is acknowledged.</summary>
internal sealed class BanConsumer(Acceptance acceptance, BanWriter writer, TimeProvider time, ILogger<BanConsumer> log)
    : IConsumer<BanDetected>, IDisposable
{
    private readonly Tally skipped = new("Skipped bans", log, time);

    public async Task Consume(ConsumeContext<BanDetected> context)
    {
        Ban ban = Received(context);
        if (acceptance.ReasonToSkip(ban) is { } reason)
        {
            skipped.Count(reason);
        }
        else if (await writer.WriteAsync(ban))
        {
            log.LogInformation("Written: {Ban:l}", ban.Identity);
        }
        else
        {
            skipped.Count("already written");
        }
    }

    public void Dispose() => skipped.Dispose();

    private Ban Received(ConsumeContext<BanDetected> context)
    {
        IReadOnlyBasicProperties properties = context.ReceiveContext.GetPayload<RabbitMqBasicConsumeContext>().Properties;
        Origin.Verify(properties, context.Message.Server);
        Ban ban = Ban.Parse(context.Message);
        return ban.DetectedAt - time.GetUtcNow() <= WrittenBans.FutureAllowed
            ? ban
            : throw new Refusal($"detectedAt {UtcText.Print(ban.DetectedAt)} is more than {WrittenBans.FutureAllowed.TotalMinutes} minutes in the future");
    }
}
