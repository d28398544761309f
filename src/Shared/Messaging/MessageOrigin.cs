using System.Text;
using F2bBroker.Contracts;
using RabbitMQ.Client;

namespace F2bBroker.Shared.Messaging;

/// <summary>Who sent a message, and how that is known.</summary>
/// <param name="Name">Empty when nobody vouches for a sender.</param>
/// <param name="IsRequeued">Whether an operator has put the message back into the queue of the server that had refused it.</param>
/// <param name="IsDeadLettered">Whether it is a copy that some queue has thrown out.</param>
internal sealed record MessageOrigin(string Name, bool IsRequeued, bool IsDeadLettered)
{
    /// <summary>
    /// Of a message that was published to the group: the broker refuses a false <c>user_id</c>, so one that is there is true.
    /// </summary>
    public static MessageOrigin FromUserId(IReadOnlyBasicProperties properties) =>
        new(properties.UserId ?? "", IsRequeued: false, HasDeathHeader(properties));

    /// <summary>
    /// Of a message that came through the server's own exchange, where only it and the operator may publish: the header says who had sent
    /// it, for
    /// <c>user_id</c> would have to be the operator's.
    /// </summary>
    public static MessageOrigin FromOriginHeader(IReadOnlyBasicProperties properties) =>
        new(ReadOriginHeader(properties), IsRequeued: true, HasDeathHeader(properties));

    /// <summary>Who had sent a message of an error queue, as its header says; empty when it does not.</summary>
    public static string ReadOriginHeader(IReadOnlyBasicProperties properties) => ReadTextHeader(properties, Topology.OriginHeader);

    /// <summary>A header that is a text; empty when there is none.</summary>
    public static string ReadTextHeader(IReadOnlyBasicProperties properties, string header) =>
        properties.Headers?.TryGetValue(header, out object? value) == true && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : "";

    /// <exception cref="InvalidMessageException">The message is not the server's own word.</exception>
    public void Verify(string server)
    {
        if (Name.Length == 0)
        {
            throw new InvalidMessageException(IsRequeued
                ? $"{Topology.OriginHeader} is missing, which says of a requeued message who had sent it"
                : "user_id is missing, so the broker does not vouch for the sender", InvalidMessageKind.Sender);
        }

        if (Name != server)
        {
            throw new InvalidMessageException(
                $"server {UntrustedText.Quote(server)} is not the sender {UntrustedText.Quote(Name)}",
                InvalidMessageKind.Sender);
        }

        // A dead-lettered copy keeps its user_id: a server could replay what others once sent.
        if (IsDeadLettered)
        {
            throw new InvalidMessageException(
                "the message was dead-lettered (x-death), so it is not the sender's own",
                InvalidMessageKind.Sender);
        }
    }

    private static bool HasDeathHeader(IReadOnlyBasicProperties properties) => properties.Headers?.ContainsKey("x-death") == true;
}
