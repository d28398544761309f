using System.Globalization;
using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Policies;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.Admin.Waiting;

/// <summary>
/// Compares the bans that wait in a server's queue with the stream, before the server follows the stream. It reads the queue without
/// acknowledging, so everything stays there.
/// </summary>
internal sealed class WaitingBans(ManagementApi api, OperatorConnection amqp, string server, TimeProvider time)
{
    /// <summary>The consumer's <c>maxage</c>, unless its settings say otherwise. It skips older bans.</summary>
    private static readonly TimeSpan DefaultMaxAge = TimeSpan.FromDays(1);

    /// <summary>All bans to read were published before, so new ones need not postpone the end.</summary>

    private readonly string queue = Topology.QueueFor(server);

    /// <summary>Requires that the stream holds all waiting bans that the server would still write.</summary>
    /// <exception cref="CommandFailedException">Bans would be lost, or the broker cannot be read.</exception>
    public async Task RequireInStreamAsync(Action<string> write, CancellationToken cancel)
    {
        if (await api.GetAsync($"{ManagementApi.Path("queues", Topology.VirtualHost, queue)}?disable_stats=true", cancel) is null)
        {
            return;
        }

        TimeSpan maxAge = await FindMaxAgeAsync(cancel);
        IConnection connection = await amqp.OpenAsync("enroll", cancel);
        Dictionary<Guid, Ban> waiting = await amqp.TranslateErrorsAsync(
            () => ReadQueueAsync(connection, maxAge, cancel), NotFoundAnswer.MissingHistory, cancel);
        if (waiting.Count == 0)
        {
            return;
        }

        string number = waiting.Count == 1 ? "A ban" : string.Create(CultureInfo.InvariantCulture, $"{waiting.Count:N0} bans");
        string oldest = OldestOf(waiting);
        await using IConnection reader = await amqp.OpenAsync("enroll", cancel);
        await amqp.TranslateErrorsAsync(() => RemoveHeldByStreamAsync(reader, waiting, cancel), NotFoundAnswer.MissingHistory, cancel);
        if (waiting.Count > 0)
        {
            throw new CommandFailedException(ExitCode.Configuration, Refusal(waiting));
        }

        write(
            $"{number} waited in {queue}, and the stream holds {(number == "A ban" ? "it" : "them")}. The first start of the consumer "
                + $"reads back to {oldest}, if its [consumer] history (1d by default) is as long.");
    }

    private string Refusal(Dictionary<Guid, Ban> lost)
    {
        (string bans, string they, string them) = lost.Count == 1
            ? ("a ban", "it", "it")
            : (string.Create(CultureInfo.InvariantCulture, $"{lost.Count:N0} bans"), "they", "them");
        return $"'{server}' keeps its queue and its login: {bans} in {queue} would be lost (the oldest of {OldestOf(lost)}), because "
            + $"{they} left the stream {Topology.HistoryStream}. Let its consumer receive {them} until f2bbroker status shows none "
            + $"waiting. --drop-waiting deletes {them}.";
    }

    private static string OldestOf(Dictionary<Guid, Ban> bans) => UtcTimestamp.Format(bans.Values.Min(ban => ban.DetectedAt));

    /// <summary>Returns the default, or the age limit of the stream if it is longer: then <c>maxage</c> may be longer too.</summary>
    private async Task<TimeSpan> FindMaxAgeAsync(CancellationToken cancel)
    {
        JsonNode? policy = await api.GetAsync(GroupPolicy.History.Path, cancel);
        TimeSpan limit = Retention.ParseAge((policy?["definition"]).Text(Retention.AgeKey)) ?? TimeSpan.Zero;
        return limit > DefaultMaxAge ? limit : DefaultMaxAge;
    }

    private async Task<Dictionary<Guid, Ban>> ReadQueueAsync(IConnection connection, TimeSpan maxAge, CancellationToken cancel)
    {
        await using QueueBrowser browser = await QueueBrowser.SubscribeAsync(connection, queue, time, cancel);
        DateTimeOffset now = time.GetUtcNow();
        Dictionary<Guid, Ban> waiting = [];
        await foreach (QueuedMessage message in browser.ReadAsync(cancel))
        {
            MessageOrigin origin = message.Exchange == Topology.BansExchange
                ? MessageOrigin.FromUserId(message.Properties)
                : MessageOrigin.FromOriginHeader(message.Properties);
            if (Parse(origin, message.Body, now) is { } ban && now - ban.DetectedAt <= maxAge)
            {
                waiting[ban.MessageId] = ban;
            }
        }

        return waiting;
    }

    private async Task<bool> RemoveHeldByStreamAsync(IConnection connection, Dictionary<Guid, Ban> bans, CancellationToken cancel)
    {
        BrokerStream stream = new(connection, Topology.HistoryStream);
        DateTimeOffset now = time.GetUtcNow();
        // A sender's clock may be ahead of the broker's.
        DateTimeOffset from = bans.Values.Min(ban => ban.DetectedAt) - Ban.MaxClockAhead;
        await foreach (IReadOnlyList<StreamMessage> batch in stream.ReadAsync(from, cancel))
        {
            foreach (StreamMessage message in batch)
            {
                if (Parse(MessageOrigin.FromUserId(message.Properties), message.Body, now) is { } ban && bans.Remove(ban.MessageId)
                    && bans.Count == 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Returns the ban; null for a message that every server refuses.</summary>
    private static Ban? Parse(MessageOrigin origin, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        try
        {
            return ReceivedBanValidator.Parse(origin, body, now);
        }
        catch (InvalidMessageException)
        {
            return null;
        }
    }
}
