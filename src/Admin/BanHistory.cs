using System.Runtime.CompilerServices;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.Admin;

/// <summary>The stream of the last day's bans as the operator reads it: by AMQP, since the management API cannot.</summary>
internal sealed class BanHistory(AmqpAccess amqp, TimeProvider time)
{
    private const string Missing = $"The broker has no stream {Topology.History}: f2bbroker init makes it.";

    /// <summary>Messages that break the protocol, and so are no bans, by the sender that the broker vouches for.</summary>
    public Dictionary<string, int> Refused { get; } = [];

    /// <summary>The bans that were detected since then, in the order in which they came to the broker; one that was published twice comes twice.</summary>
    /// <param name="follows">Whether it waits for more at the end.</param>
    /// <exception cref="AdminFault">The stream is not there or cannot be read.</exception>
    public async IAsyncEnumerable<Ban> ReadAsync(DateTimeOffset since, bool follows, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using IConnection connection = await amqp.OpenAsync("history", cancel);
        HistoryStream stream = new(connection, time);
        // A sender's clock may be ahead of the broker's.
        DateTimeOffset from = since - ReceivedBan.FutureAllowed;
        await using IAsyncEnumerator<IReadOnlyList<HistoryMessage>> batches = (follows ? stream.FollowAsync(from, cancel) : stream.ReadAsync(from, cancel)).GetAsyncEnumerator(cancel);
        while (await amqp.TriedAsync(() => batches.MoveNextAsync().AsTask(), Missing, cancel))
        {
            foreach (Ban ban in batches.Current.Select(Parsed).OfType<Ban>().Where(ban => ban.DetectedAt >= since))
            {
                yield return ban;
            }
        }
    }

    private Ban? Parsed(HistoryMessage message)
    {
        try
        {
            return ReceivedBan.Parse(message.Properties, message.Body, time.GetUtcNow());
        }
        catch (Refusal)
        {
            string sender = Origin.Of(message.Properties).Name;
            Refused[sender] = Refused.GetValueOrDefault(sender) + 1;
            return null;
        }
    }
}
