using System.Globalization;
using F2bBroker.Admin.Health;
using F2bBroker.Admin.History;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>Finds the problems of a server that follows the stream, each with the remedy.</summary>
internal static class StreamServerProblems
{
    /// <summary>Returns messages about queues of the server, which it does not read.</summary>
    public static IEnumerable<string> FindQueues(string server, BrokerState broker) =>
        from queue in new[] { Topology.QueueFor(server), Topology.ErrorQueueFor(server) }
        where broker.HasQueue(queue)
        let count = broker.CountMessages(queue)
        let messages = count is null ? "" : string.Create(CultureInfo.InvariantCulture, $" ({count} message{(count == 1 ? "" : "s")})")
        select $"{server} follows the stream, but there is a queue {queue}, which it does not read{messages}: delete it in the management "
            + $"UI, or run f2bbroker enroll {server} --stream --force, which also sets a new password.";

    /// <summary>
    /// Returns a message if the stream no longer holds all that was published since the consumer went away, or if that may happen soon.
    /// </summary>
    /// <param name="away">The last message of a consumer that is stopped or silent; null if it is not.</param>
    /// <param name="history">The oldest message of the stream; null if it is unknown.</param>
    /// <param name="now">The time by the broker's clock.</param>
    public static string? FindMissed(string server, LastHealth? away, HistoryStart? history, DateTimeOffset now)
    {
        if (away is null || history is not { IsFirst: false } start)
        {
            return null;
        }

        string since = UtcTimestamp.Format(away.PublishedAt);
        string oldest = UtcTimestamp.Format(start.PublishedAt);
        return away.PublishedAt < start.PublishedAt
            ? $"{server}'s consumer has been away since {since}, but the stream {Topology.HistoryStream} holds only the bans since "
                + $"{oldest}: those from between are lost to {server}. Start its consumer, which reads the others; f2bbroker init "
                + "--retention keeps bans for longer."
            : (now - away.PublishedAt) * 2 > now - start.PublishedAt
                ? $"{server}'s consumer has been away since {since}, which is more than half of the time for which the stream "
                    + $"{Topology.HistoryStream} holds the bans (since {oldest}): start it, or {server} misses bans."
                : null;
    }
}
