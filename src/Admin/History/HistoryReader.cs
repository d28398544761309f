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
    private const string Missing = $"The broker has no stream {Topology.HistoryStream}: run f2bbroker init.";

    /// <summary>The number of invalid messages of each authenticated sender.</summary>
    public Dictionary<string, int> RefusedCounts { get; } = [];

    /// <summary>
    /// Returns the bans that were detected since that time, in the order of publishing. A ban that was published twice is returned twice.
    /// </summary>
    /// <param name="follows">True to wait for more bans at the end.</param>
    /// <exception cref="CommandFailedException">The stream does not exist or cannot be read.</exception>
    public async IAsyncEnumerable<Ban> ReadAsync(DateTimeOffset since, bool follows, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using IConnection connection = await amqp.OpenAsync("history", cancel);
        BrokerStream stream = new(connection, Topology.HistoryStream, time) { TrustsCount = true };
        // A sender's clock may be ahead of the broker's.
        DateTimeOffset from = since - Ban.MaxClockAhead;
        IAsyncEnumerable<IReadOnlyList<StreamMessage>> messages =
            follows ? stream.FollowAsync(from, cancel) : stream.ReadAsync(from, cancel);
        await using IAsyncEnumerator<IReadOnlyList<StreamMessage>> batches = messages.GetAsyncEnumerator(cancel);
        while (await amqp.TranslateErrorsAsync(() => batches.MoveNextAsync().AsTask(), Missing, cancel))
        {
            foreach (Ban ban in batches.Current.Select(ParseOrCount).OfType<Ban>().Where(ban => ban.DetectedAt >= since))
            {
                yield return ban;
            }
        }
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
            RefusedCounts[sender] = RefusedCounts.GetValueOrDefault(sender) + 1;
            return null;
        }
    }
}
