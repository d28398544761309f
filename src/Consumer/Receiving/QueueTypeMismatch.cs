using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer.Receiving;

/// <summary>
/// Describes a queue whose type differs from <c>[consumer] queuetype</c>. The broker refuses its declaration permanently.
/// </summary>
internal static class QueueTypeMismatch
{
    /// <param name="answer">The broker's answer to the declaration.</param>
    /// <returns>Null if the answer has another cause.</returns>
    public static string? Describe(Settings settings, string answer)
    {
        if (!answer.Contains(QueueType.TypeArgument, StringComparison.Ordinal)
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
                + $"which cannot be changed. If the server was enrolled with such a queue, set queuetype = {other}. Otherwise run "
                + $"f2bbroker revoke {settings.Server}, and enroll it again{(expected == QueueType.Quorum ? " with --quorum-queue" : "")}. "
                + "The messages in its queue are then lost.";
    }
}
