using F2bBroker.Contracts;
using RabbitMQ.Client;

namespace F2bBroker.Daemon.Messaging;

/// <summary>Who sent a message, as the broker vouches for it.</summary>
internal static class Origin
{
    /// <summary>The broker refuses a false <c>user_id</c>, so one that is there is true; empty when there is none.</summary>
    public static string Of(IReadOnlyBasicProperties properties) => properties.UserId ?? "";

    /// <exception cref="Refusal">The message is not the server's own word.</exception>
    public static void Verify(IReadOnlyBasicProperties properties, string server)
    {
        if (Of(properties).Length == 0)
        {
            throw new Refusal("user_id is missing, so the broker does not vouch for the sender");
        }

        if (Of(properties) != server)
        {
            throw new Refusal($"server {Ban.Quoted(server)} is not the sender {Ban.Quoted(Of(properties))}");
        }

        // A dead-lettered copy keeps its user_id: a server could replay what others once sent.
        if (properties.Headers?.ContainsKey("x-death") == true)
        {
            throw new Refusal("the message was dead-lettered (x-death), so it is not the sender's own");
        }
    }
}
