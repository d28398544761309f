using System.Threading.Channels;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Health;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Producer.Journal;
using F2bBroker.Producer.Metrics;
using F2bBroker.Producer.Parsing;
using F2bBroker.Producer.Sources;
using F2bBroker.Producer.Tailing;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Producer.Publishing;

/// <summary>Ships fail2ban's bans to the broker: publish → confirm → checkpoint, with many publishes pending.</summary>
internal sealed class BanShipper(
    Settings settings,
    BrokerLoginCheck login,
    BanPublisher publisher,
    ProducerMetrics metrics,
    SharedBanCounts sharedBans,
    ShippingProgress progress,
    HealthProblems problems,
    Readiness readiness,
    DaemonExit exit,
    TimeProvider time,
    ILogger<BanShipper> log)
    : Worker(exit)
{
    private const int MaxUnconfirmed = 1000;

    private readonly SkippedLines skippedLines = new(metrics, problems, log, time);
    private readonly CheckpointTracker checkpoint = new(
        new Checkpoint(settings.Producer.Checkpoint),
        progress,
        problems,
        time,
        log);

    public override void Dispose()
    {
        skippedLines.Dispose();
        base.Dispose();
    }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        using IBanSource source = settings.Producer.ReadsJournal
            ? new JournalBanSource(settings.Server, problems, time, Warn)
            : new LogFileBanSource(settings, problems, time, Warn);
        // A first start begins now, whether or not the broker is available: from here on, the log is the outbox.
        await StartAsync(source, stopping);
        readiness.MarkInitialized();
        await login.WaitUntilAcceptedAsync(stopping);
        log.LogInformation("Following {Place:l}.", source.Description);
        readiness.MarkStarted();
        Channel<PendingPublish> window = Channel.CreateBounded<PendingPublish>(MaxUnconfirmed);
        using CancellationTokenSource publishing = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task following = checkpoint.AdvanceAsync(window.Reader);
        Task shipping = ShipAsync(source, window.Writer, publishing.Token);
        try
        {
            // Neither continues without the other.
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
        Position? start = checkpoint.Load(out bool isUnreadable);
        if (start is not null)
        {
            sharedBans.IncludeSince(File.GetLastWriteTimeUtc(settings.Producer.Checkpoint));
        }

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

        checkpoint.Save(source.Position);
    }

    private bool TryStartAt(IBanSource source, Position start)
    {
        bool isStarted = source.TryStartAt(start);
        if (!isStarted)
        {
            Warn(
                "The checkpoint belongs to another [producer] source than the configured one. Starting as on a first start; the last "
                    + "bans of the old source may not be shared.");
        }

        return isStarted;
    }

    private async Task ShipAsync(IBanSource source, ChannelWriter<PendingPublish> window, CancellationToken stopping)
    {
        await foreach (SourceSegment segment in source.ReadAsync(stopping))
        {
            SkipReason? skipped = segment.Ban is { } ban && !settings.Producer.Jails.Includes(ban.Jail)
                ? SkipReason.IgnoredJail
                : segment.Skipped;
            if (skipped is not null)
            {
                skippedLines.Count(skipped);
            }

            if (segment.Enforcement is { } enforcement && sharedBans.Count(enforcement))
            {
                problems.SignalChange();
            }

            bool isShared = segment.Ban is not null && skipped is null;
            if (isShared)
            {
                progress.RecordBan();
                // The settings of fail2ban that seemed to hide its bans do not, or no longer.
                problems.Clear(HealthProblems.Settings);
            }

            await window.WriteAsync(
                new PendingPublish(
                    isShared ? publisher.PublishAsync(segment.Ban!, stopping) : Task.CompletedTask,
                    segment.End,
                    isShared),
                stopping);
        }
    }

    private void Warn(string message) => log.LogWarning("{Message:l}", message);
}
