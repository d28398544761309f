using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.Admin.Health;

/// <summary>Reads the stream of the health messages: first what is recent, and what is older only for programs that are missing.</summary>
/// <param name="brokerTime">Returns the time by the broker's clock.</param>
/// <param name="warn">Receives warnings.</param>
internal sealed class HealthCollector(OperatorConnection amqp, Func<DateTimeOffset> brokerTime, Action<string> warn)
{
    private const string Missing =
        $"The broker has no stream {Topology.HealthStream}, so that the daemons cannot report their health: run f2bbroker init.";

    // 1,000 servers send 120,000 messages in an hour. Only servers that are down for longer need more.
    private static readonly TimeSpan[] EarlierPeriods = [TimeSpan.FromHours(1), TimeSpan.FromDays(7)];

    private readonly HealthLog log = new();
    private DateTimeOffset readAt;
    private volatile bool isFollowing;
    private volatile bool isKnown;

    /// <summary>Reads the stream. If it cannot be read, a warning says why, and nothing is known.</summary>
    /// <param name="expected">The programs whose last message is to be found.</param>
    /// <param name="follows">True to follow the stream until cancelled.</param>
    public async Task CollectAsync(IReadOnlyList<ProgramName> expected, bool follows, CancellationToken cancel)
    {
        try
        {
            await using IConnection connection = await amqp.OpenAsync("health", cancel);
            BrokerStream stream = new(connection, Topology.HealthStream);
            await amqp.TranslateErrorsAsync(() => ReadAsync(stream, expected, follows, cancel), Missing, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Cancelled by the operator.
        }
        catch (CommandFailedException error)
        {
            isKnown = false;
            warn(error.Message);
        }
    }

    /// <summary>Returns what the messages said; null if the stream was not read yet, or cannot be read.</summary>
    public HealthSnapshot? Snapshot() => isKnown ? log.Snapshot(isFollowing ? brokerTime() : readAt) : null;

    private async Task<bool> ReadAsync(
        BrokerStream stream,
        IReadOnlyList<ProgramName> expected,
        bool follows,
        CancellationToken cancel)
    {
        DateTimeOffset now = brokerTime();
        long last = await stream.FindLastOffsetAsync(cancel);
        if (last >= 0)
        {
            last = await ReadToAsync(last, stream, expected, now, cancel);
        }

        readAt = now;
        isKnown = true;
        if (follows)
        {
            isFollowing = true;
            await FollowAsync(stream.FollowAsync(last + 1, last, cancel));
        }

        return true;
    }

    /// <summary>Reads to the last offset or beyond, and returns the offset of the last message that was read.</summary>
    private async Task<long> ReadToAsync(
        long last,
        BrokerStream stream,
        IReadOnlyList<ProgramName> expected,
        DateTimeOffset now,
        CancellationToken cancel)
    {
        DateTimeOffset recent = now - HealthSnapshot.SilentAfter;
        long first = last + 1;
        await foreach (IReadOnlyList<StreamMessage> batch in stream.ReadToAsync(last, recent, cancel))
        {
            first = Math.Min(first, batch[0].Offset);
            last = batch[^1].Offset;
            Add(batch, recent, now);
        }

        // If the broker still has its very first message, nothing was displaced.
        log.IsFlooded = first > 0 && first <= last && (await stream.FindFirstAsync(cancel))?.Offset == first;
        if (!log.IsFlooded)
        {
            await ReadEarlierAsync(stream, expected, first, now, cancel);
        }

        return last;
    }

    /// <param name="end">The offset of the first message that was read already.</param>
    private async Task ReadEarlierAsync(
        BrokerStream stream,
        IReadOnlyList<ProgramName> expected,
        long end,
        DateTimeOffset now,
        CancellationToken cancel)
    {
        DateTimeOffset to = now - HealthSnapshot.SilentAfter;
        foreach (DateTimeOffset from in EarlierPeriods.Select(period => now - period))
        {
            ILookup<string, ProgramName> wanted = log.FindMissing(expected).ToLookup(program => program.Server);
            if (wanted.Count == 0 || end == 0)
            {
                return;
            }

            long first = end;
            await foreach (IReadOnlyList<StreamMessage> batch in stream.ReadToAsync(end - 1, from, cancel))
            {
                first = Math.Min(first, batch[0].Offset);
                foreach (StreamMessage message in batch.Where(message => message.Offset < end))
                {
                    log.AddEarlier(message, wanted, from, to);
                }
            }

            (end, to) = (first, from);
        }
    }

    private async Task FollowAsync(IAsyncEnumerable<IReadOnlyList<StreamMessage>> batches)
    {
        DateTimeOffset before = brokerTime() - HealthSnapshot.SilentAfter;
        await foreach (IReadOnlyList<StreamMessage> batch in batches)
        {
            DateTimeOffset now = brokerTime();
            Add(batch, before, now);
            before = now;
        }
    }

    private void Add(IReadOnlyList<StreamMessage> batch, DateTimeOffset from, DateTimeOffset to)
    {
        foreach (StreamMessage message in batch)
        {
            log.Add(message, from, to);
        }
    }
}
