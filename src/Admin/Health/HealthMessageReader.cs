using System.Text.Json;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.Admin.Health;

/// <summary>Validates a message of the stream: a server reports only about itself, and only through the exchange for it.</summary>
internal static class HealthMessageReader
{
    /// <exception cref="InvalidMessageException">The message does not count.</exception>
    public static HealthMessage Parse(StreamMessage message)
    {
        // A server can bind another exchange to this one. What comes from there was not published as a health message.
        if (message.Exchange != Topology.HealthExchange)
        {
            throw new InvalidMessageException(
                $"published to the exchange {UntrustedText.Quote(message.Exchange)}",
                InvalidMessageKind.Sender);
        }

        if (message.Body.Length > HealthMessage.MaxBytes)
        {
            throw new InvalidMessageException(
                $"longer than {HealthMessage.MaxBytes} bytes",
                InvalidMessageKind.Length);
        }

        HealthMessage health = ParseBody(message.Body.Span);
        MessageOrigin.FromUserId(message.Properties).Verify(health.Server);
        return health.Validate() is { } error ? throw new InvalidMessageException(error, InvalidMessageKind.Field) : health;
    }

    private static HealthMessage ParseBody(ReadOnlySpan<byte> body)
    {
        try
        {
            return HealthJson.Parse(body);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new InvalidMessageException("no health message in JSON", InvalidMessageKind.Body);
        }
    }
}
