using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Configuration;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Daemon.Systemd;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Producer;

/// <summary>Carries fail2ban's bans to the broker: publish → confirm → checkpoint, with many publishes under way.</summary>
internal sealed class Shipper(
    Settings settings, BrokerLogin login, BanPublisher publisher, ProducerMetrics metrics, Readiness readiness, Ending ending, TimeProvider time, ILogger<Shipper> log)
    : Worker(ending)
{
    private const int Window = 1000;

    private readonly Tally passedOver = new("Ban lines not shared", log, time);
    private readonly ConfirmedPosition confirmed = new(new Checkpoint(settings.Producer.Checkpoint), time, log);

    public override void Dispose()
    {
        passedOver.Dispose();
        base.Dispose();
    }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        using IBanSource source = settings.Producer.ReadsJournal ? new JournalTail(settings.Server, time, Warn) : new LogSource(settings, time, Warn);
        // A first start begins here and now, be the broker there or not: from now on the log is the outbox.
        await StartAsync(source, stopping);
        readiness.Prepared();
        await login.WaitAsync(stopping);
        log.LogInformation("Following {Place:l}.", source.Place);
        readiness.FollowsOrWaits();
        Channel<Shipment> window = Channel.CreateBounded<Shipment>(Window);
        using CancellationTokenSource publishing = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task following = confirmed.FollowAsync(window.Reader);
        Task shipping = ShipAsync(source, window.Writer, publishing.Token);
        try
        {
            // Neither goes on without the other.
            await await Task.WhenAny(shipping, following);
        }
        finally
        {
            window.Writer.Complete();
            await publishing.CancelAsync();
            await Task.WhenAll(shipping, following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StartAsync(IBanSource source, CancellationToken stopping)
    {
        Position? start = confirmed.Load(out bool isUnreadable);
        if (start is null || !TryStartAt(source, start))
        {
            if (isUnreadable || settings.Producer.StartsAtBeginning)
            {
                source.StartAtBeginning();
            }
            else
            {
                await source.StartAtEndAsync(stopping);
            }
        }

        confirmed.Save(source.Position);
    }

    private bool TryStartAt(IBanSource source, Position start)
    {
        bool isStarted = source.TryStartAt(start);
        if (!isStarted)
        {
            Warn("The checkpoint is of another [producer] source than the one that is set. This counts as a first start; what the other one told last may not be shared.");
        }

        return isStarted;
    }

    private async Task ShipAsync(IBanSource source, ChannelWriter<Shipment> window, CancellationToken stopping)
    {
        await foreach (Stretch stretch in source.ReadAsync(stopping))
        {
            if (stretch.LooksLikeBan && IsShared(stretch.Ban))
            {
                await window.WriteAsync(new Shipment(publisher.PublishAsync(stretch.Ban, stopping), stretch.End, IsBan: true), stopping);
            }
            else
            {
                await window.WriteAsync(new Shipment(Task.CompletedTask, stretch.End, IsBan: false), stopping);
            }
        }
    }

    private bool IsShared([NotNullWhen(true)] Ban? ban)
    {
        string? reason = ban is null ? "no ban of an address or network" : settings.Producer.Jails.Includes(ban.Jail) ? null : "of an ignored jail";
        if (reason is not null)
        {
            passedOver.Count(reason);
            metrics.PassedOver(reason);
        }

        return reason is null;
    }

    private void Warn(string sentence) => log.LogWarning("{Sentence:l}", sentence);
}
