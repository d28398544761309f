using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Streaming;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Health;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace F2bBroker.Consumer.History;

/// <summary>
/// Reads the broker's stream in addition to the queue, for bans that were published before this server was enrolled, deleted with its
/// queue, or dropped from it. Bans in the monitored log are not written again, so each start and each reconnection can read the stream
/// again. A minute later it is read once more, because a ban that the queue could not receive may reach the stream that late.
/// </summary>
internal sealed class HistoryReplay(
    Settings settings,
    ReplayProcessor bans,
    BanWriter writer,
    BrokerAddresses brokerAddresses,
    StreamConnection connection,
    HealthProblems problems,
    DaemonExit exit,
    TimeProvider time,
    ILogger<HistoryReplay> log)
    : Worker(exit)
{
    private static readonly TimeSpan InitialDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(1);

    // A ban that was published while the queue could not receive it may reach the stream until its producer stops waiting for the confirm.
    // Then the producer publishes it again. The other half allows for a busy host.
    private static readonly TimeSpan LateArrivalTime = 2 * BrokerConnection.ConfirmTimeout;

    private readonly TimeSpan span = settings.Consumer.HistoryReach;
    private readonly SemaphoreSlim requested = new(0);
    private readonly Lock gate = new();
    private DateTimeOffset? from;
    private bool hasBegun;
    private bool isMissing;

    /// <summary>True if the stream is to be read.</summary>
    public bool IsEnabled => span > TimeSpan.Zero;

    /// <summary>The earliest time to read from.</summary>
    public DateTimeOffset EarliestTime => time.GetUtcNow() - span;

    /// <summary>Requests a replay, because the queue is bound and earlier bans may only be in the stream.</summary>
    /// <param name="latestBan">The time of the newest ban that this server has received; null if it has received none.</param>
    public void Request(DateTimeOffset? latestBan)
    {
        if (!IsEnabled)
        {
            return;
        }

        lock (gate)
        {
            // The replay of an earlier run may not have been finished.
            DateTimeOffset since = hasBegun ? latestBan - RereadMargin ?? EarliestTime : EarliestTime;
            hasBegun = true;
            from = from < since ? from : since;
        }

        requested.Release();
    }

    /// <summary>
    /// The replay begins this much earlier, so that differing clocks do no harm and the quarantines of that time are known.
    /// </summary>
    private TimeSpan RereadMargin => Ban.MaxClockAhead
        + settings.Consumer.AllRules.Max(rules => rules.MaxBans.Window) + settings.Consumer.Quarantine;

    protected override async Task RunAsync(CancellationToken stopping)
    {
        await Task.WhenAll(writer.Loaded, brokerAddresses.Resolved).WaitAsync(stopping);
        (DateTimeOffset Since, long After)? again = null;
        while (true)
        {
            if (await requested.WaitAsync(again is null ? Timeout.InfiniteTimeSpan : LateArrivalTime, stopping))
            {
                if (TakeRequest() is { } since)
                {
                    DateTimeOffset margin = time.GetUtcNow() - RereadMargin;
                    long last = await ReadAsync(since, after: null, stopping);
                    again = (since > margin ? since : margin, last);
                }
            }
            else if (again is { } late)
            {
                await ReadAsync(late.Since, late.After, stopping);
                again = null;
            }
        }
    }

    private DateTimeOffset? TakeRequest()
    {
        lock (gate)
        {
            DateTimeOffset? since = from;
            from = null;
            return since;
        }
    }

    /// <summary>
    /// Reads the stream to its end. Retries after any failure, so that a stream that f2bbroker init creates later is read too.
    /// </summary>
    /// <inheritdoc cref="ReplayProcessor.ProcessAsync(BrokerStream, DateTimeOffset, long?, CancellationToken)"/>
    private async Task<long> ReadAsync(DateTimeOffset since, long? after, CancellationToken stopping)
    {
        string? lastLogged = null;
        Backoff backoff = new(InitialDelay, MaxDelay, time);
        while (true)
        {
            try
            {
                IConnection open = await connection.OpenAsync(stopping);
                BrokerStream stream = new(open, Topology.HistoryStream);
                long last = await bans.ProcessAsync(stream, since < EarliestTime ? EarliestTime : since, after, stopping);
                isMissing = false;
                problems.Clear(nameof(HistoryReplay));
                return last;
            }
            catch (Exception failure) when (NotFoundAnswer.IsMissing(failure))
            {
                LogMissing();
            }
            catch (Exception failure) when (BrokerConnection.IsConnectionFailure(failure) && !stopping.IsCancellationRequested)
            {
                string cause = BrokerReply.Describe(failure);
                if (lastLogged != cause)
                {
                    Warn($"Reading {Topology.HistoryStream} was interrupted: {cause}. Retrying.");
                }

                lastLogged = cause;
            }

            await backoff.WaitAsync(stopping);
        }
    }

    /// <summary>Logs once that the broker has no stream, until the stream has been read.</summary>
    private void LogMissing()
    {
        if (!isMissing)
        {
            Warn(
                $"The broker has no stream {Topology.HistoryStream}. Bans published before {UtcTimestamp.Format(time.GetUtcNow())} that "
                    + "are not in the queue are missing. Run f2bbroker init to create the stream. It is then read without a restart.");
        }

        isMissing = true;
    }

    private void Warn(string message)
    {
        log.LogWarning("{Message:l}", message);
        problems.Set(nameof(HistoryReplay), message);
    }
}
