using System.Runtime.CompilerServices;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.Admin.History;

/// <summary>
/// Reads the stream of the last day's bans for the operator. It uses AMQP, because the management API cannot read streams.
/// </summary>
internal sealed class HistoryReader(OperatorConnection amqp, TimeProvider time)
{
    private const string Purpose = "history";

    // By authenticated sender.
    private readonly Dictionary<string, int> refusedCounts = [];

    /// <summary>
    /// Returns the bans that were detected since that time, in the order of publishing. A ban that was published twice is returned twice.
    /// </summary>
    /// <param name="follows">True to wait for more bans at the end.</param>
    /// <exception cref="CommandFailedException">The stream does not exist or cannot be read.</exception>
    public async IAsyncEnumerable<Ban> ReadAsync(DateTimeOffset since, bool follows, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (StreamMessage message in ReadMessagesAsync(since, follows, cancel))
        {
            if (ParseOrCount(message) is { } ban && ban.DetectedAt >= since)
            {
                yield return ban;
            }
        }
    }

    /// <summary>Returns the messages since that time, and some older ones, in the order of publishing.</summary>
    /// <param name="follows">True to wait for more messages at the end.</param>
    /// <exception cref="CommandFailedException">The stream does not exist or cannot be read.</exception>
    public async IAsyncEnumerable<StreamMessage> ReadMessagesAsync(
        DateTimeOffset since,
        bool follows,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        await using IConnection connection = await amqp.OpenAsync(Purpose, cancel);
        BrokerStream stream = Open(connection);
        // A sender's clock may be ahead of the broker's.
        DateTimeOffset from = since - Ban.MaxClockAhead;
        IAsyncEnumerable<IReadOnlyList<StreamMessage>> messages =
            follows ? stream.FollowAsync(from, cancel) : stream.ReadAsync(from, cancel);
        await using IAsyncEnumerator<IReadOnlyList<StreamMessage>> batches = messages.GetAsyncEnumerator(cancel);
        while (await amqp.TranslateErrorsAsync(() => batches.MoveNextAsync().AsTask(), NotFoundAnswer.MissingHistory, cancel))
        {
            foreach (StreamMessage message in batches.Current)
            {
                yield return message;
            }
        }
    }

    /// <summary>Returns what the oldest message is; null if the stream is empty.</summary>
    /// <param name="now">The time by the broker's clock.</param>
    /// <exception cref="CommandFailedException">The stream does not exist or cannot be read.</exception>
    public async Task<HistoryStart?> FindStartAsync(DateTimeOffset now, CancellationToken cancel)
    {
        await using IConnection connection = await amqp.OpenAsync(Purpose, cancel);
        BrokerStream stream = Open(connection);
        return await amqp.TranslateErrorsAsync(() => FindStartAsync(stream, now, cancel), NotFoundAnswer.MissingHistory, cancel);
    }

    /// <summary>Names the senders of the invalid messages that were read, and their number.</summary>
    public void WarnAboutRefused(Action<string> warn)
    {
        foreach ((string sender, int count) in refusedCounts)
        {
            warn(
                $"Not shown: {count} messages of {(sender.Length > 0 ? UntrustedText.Quote(sender) : "an unknown sender")} that break "
                    + "the protocol.");
        }
    }

    private static BrokerStream Open(IConnection connection) => new(connection, Topology.HistoryStream);

    private static async Task<HistoryStart?> FindStartAsync(BrokerStream stream, DateTimeOffset now, CancellationToken cancel)
    {
        if (await stream.FindFirstAsync(cancel) is not { } first)
        {
            return null;
        }

        PublishTimes times = new(stream.FindOffsetAsync, now);
        DateTimeOffset guess = ReceivedBanValidator.FindDetectedAt(first, now) ?? now;
        return new HistoryStart(await times.FindAsync(first.Offset, guess, cancel), first.Offset == 0);
    }

    private Ban? ParseOrCount(StreamMessage message)
    {
        try
        {
            return ReceivedBanValidator.Parse(message.Properties, message.Body, time.GetUtcNow());
        }
        catch (InvalidMessageException)
        {
            string sender = MessageOrigin.FromUserId(message.Properties).Name;
            refusedCounts[sender] = refusedCounts.GetValueOrDefault(sender) + 1;
            return null;
        }
    }
}
