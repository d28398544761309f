using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer.Receiving;

/// <summary>
/// Says that a queue on the broker is of another type than <c>[consumer] queuetype</c>, which the broker refuses for ever.
/// </summary>
internal static class QueueTypeMismatch
{
    /// <param name="answer">What the broker answered to a declaration.</param>
    /// <returns>Null when it is about something else.</returns>
    public static string? Describe(Settings settings, string answer)
    {
        if (
            !answer.Contains(QueueType.TypeArgument, StringComparison.Ordinal)
            && !answer.Contains(QueueType.SingleActiveConsumerArgument, StringComparison.Ordinal))
        {
            return null;
        }

        string errors = Topology.ErrorQueueFor(settings.Server);
        QueueType expected = settings.Consumer.QueueType;
        QueueType other = expected == QueueType.Classic ? QueueType.Quorum : QueueType.Classic;
        return answer.Contains($"'{errors}'", StringComparison.Ordinal)
            ? $"[consumer] queuetype is {expected}, and the queue {errors} on the broker is of another type, which cannot be changed: "
                + "delete that queue, with the refused messages in it."
            : $"[consumer] queuetype is {expected}, and the queue {Topology.QueueFor(settings.Server)} on the broker is of another type, "
                + $"which cannot be changed. Set queuetype = {other} "
                + $"if the server was enrolled so; else f2bbroker revoke {settings.Server}, and enroll it "
                + $"anew{(expected == QueueType.Quorum ? " with --quorum-queue" : "")}: what waits in its queue is lost then.";
    }
}
