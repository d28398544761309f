using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Configuration;
using F2bBroker.Daemon.Messaging;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Consumer;

/// <summary>
/// Reads the broker's stream beside the queue: what was published before this server was enrolled, died with its queue, or was dropped from it. What
/// stands in the monitored log already is not written again, so it begins anew after any failure, and at each start.
/// </summary>
internal sealed class Replay(
    Settings settings, ReplayedBans bans, BanWriter writer, BrokerAddresses brokerAddresses, BrokerLogin login, Ending ending, TimeProvider time, ILogger<Replay> log)
    : Worker(ending)
{
    private const int NotFound = 404;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly TimeSpan span = settings.Consumer.History < settings.Consumer.MaxAge ? settings.Consumer.History : settings.Consumer.MaxAge;
    private readonly SemaphoreSlim asked = new(0);
    private readonly Lock changing = new();
    private DateTimeOffset? from;
    private bool hasBegun;

    /// <summary>Whether the stream is to be read at all.</summary>
    public bool IsOn => span > TimeSpan.Zero;

    /// <summary>How far back the stream is read; nothing when it is not.</summary>
    public DateTimeOffset Oldest => time.GetUtcNow() - span;

    /// <summary>The queue is bound: what was published before is to be read from the stream.</summary>
    /// <param name="heardUpTo">The time of the youngest ban that this server has heard of.</param>
    public void Ask(DateTimeOffset? heardUpTo)
    {
        if (!IsOn)
        {
            return;
        }

        lock (changing)
        {
            // In an earlier run it may not have come to the end.
            DateTimeOffset since = hasBegun ? heardUpTo - Overlap ?? Oldest : Oldest;
            hasBegun = true;
            from = from < since ? from : since;
        }

        asked.Release();
    }

    /// <summary>So far before, clocks that differ do no harm, and it is known who had reported too many.</summary>
    private TimeSpan Overlap => ReceivedBan.FutureAllowed + settings.Consumer.MaxBans.Window + settings.Consumer.Quarantine;

    protected override async Task RunAsync(CancellationToken stopping)
    {
        await Task.WhenAll(writer.ReadBack, brokerAddresses.Known).WaitAsync(stopping);
        while (true)
        {
            await asked.WaitAsync(stopping);
            DateTimeOffset? since;
            lock (changing)
            {
                (since, from) = (from, null);
            }

            if (since is { } moment)
            {
                await ReadAsync(moment, stopping);
            }
        }
    }

    /// <summary>Until it has been read to the end, or cannot be for a reason that lasts.</summary>
    private async Task ReadAsync(DateTimeOffset since, CancellationToken stopping)
    {
        string? told = null;
        Backoff backoff = new(FirstPause, LongestPause, time);
        while (true)
        {
            try
            {
                await login.WaitAsync(stopping);
                await using IConnection connection = await BrokerConnection.OpenAsync(settings.Broker, settings.Server, "history", stopping);
                await bans.TakeAsync(new HistoryStream(connection, time), since < Oldest ? Oldest : since, stopping);
                return;
            }
            catch (OperationInterruptedException failure) when (failure.ShutdownReason?.ReplyCode == NotFound)
            {
                log.LogWarning("The broker has no stream {Stream:l} (f2bbroker init makes it): what was published before {Now:l} and is not in the queue is missing.",
                    Topology.History, UtcText.Print(time.GetUtcNow()));
                return;
            }
            catch (Exception failure) when (BrokerConnection.IsFailure(failure) && !stopping.IsCancellationRequested)
            {
                if (told != failure.Message)
                {
                    log.LogWarning("{Stream:l} cannot be read to its end: {Cause:l} Trying again.", Topology.History, failure.Message.TrimEnd('.') + ".");
                }

                told = failure.Message;
            }

            await backoff.WaitAsync(stopping);
        }
    }
}
