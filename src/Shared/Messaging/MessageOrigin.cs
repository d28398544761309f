using System.Text;
using F2bBroker.Contracts;
using RabbitMQ.Client;

namespace F2bBroker.Shared.Messaging;

/// <summary>The sender of a message, and how it is known.</summary>
/// <param name="Name">Empty if the sender is not authenticated.</param>
/// <param name="IsRequeued">True if an operator has put the message back into the queue of the server that refused it.</param>
/// <param name="IsDeadLettered">True if the message is a dead-lettered copy.</param>
internal sealed record MessageOrigin(string Name, bool IsRequeued, bool IsDeadLettered)
{
    /// <summary>
    /// Returns the origin of a message that was published to the group. The broker refuses a false <c>user_id</c>, so a present one is
    /// true.
    /// </summary>
    public static MessageOrigin FromUserId(IReadOnlyBasicProperties properties) =>
        new(properties.UserId ?? "", IsRequeued: false, HasDeathHeader(properties));

    /// <summary>
    /// Returns the origin of a message from the server's own exchange, where only the server and the operator may publish. The header names
    /// the origin, because <c>user_id</c> would have to be the operator's.
    /// </summary>
    public static MessageOrigin FromOriginHeader(IReadOnlyBasicProperties properties) =>
        new(ReadOriginHeader(properties), IsRequeued: true, HasDeathHeader(properties));

    /// <summary>Returns the origin that the header of a message in an error queue names; empty if there is none.</summary>
    public static string ReadOriginHeader(IReadOnlyBasicProperties properties) => ReadTextHeader(properties, Topology.OriginHeader);

    /// <summary>Returns a text header; empty if there is none.</summary>
    public static string ReadTextHeader(IReadOnlyBasicProperties properties, string header) =>
        properties.Headers?.TryGetValue(header, out object? value) == true && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : "";

    /// <param name="field">The field of the message that names the sender.</param>
    /// <exception cref="InvalidMessageException">The server or operator is not the sender of the message.</exception>
    public void Verify(string name, string field = "server")
    {
        if (Name.Length == 0)
        {
            throw new InvalidMessageException(IsRequeued
                ? $"{Topology.OriginHeader} is missing, which says of a requeued message who had sent it"
                : "user_id is missing, so the broker does not vouch for the sender", InvalidMessageKind.Sender);
        }

        if (Name != name)
        {
            throw new InvalidMessageException(
                $"{field} {UntrustedText.Quote(name)} is not the sender {UntrustedText.Quote(Name)}",
                InvalidMessageKind.Sender);
        }

        // A dead-lettered copy keeps its user_id. With it, a server could replay messages of others.
        if (IsDeadLettered)
        {
            throw new InvalidMessageException(
                "the message was dead-lettered (x-death), so it is not the sender's own",
                InvalidMessageKind.Sender);
        }
    }

    private static bool HasDeathHeader(IReadOnlyBasicProperties properties) => properties.Headers?.ContainsKey("x-death") == true;
}
