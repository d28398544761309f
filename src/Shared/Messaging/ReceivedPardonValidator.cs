using System.Text.Json;
using F2bBroker.Contracts;
using RabbitMQ.Client;

namespace F2bBroker.Shared.Messaging;

/// <summary>Validates a message of the stream of the pardons.</summary>
/// <remarks>
/// Only operators have the permission to write to the exchange, and no server has one with which it could route messages into it. So the
/// exchange of the delivery is the authority. Consumers do not know which logins are servers.
/// </remarks>
internal static class ReceivedPardonValidator
{
    /// <exception cref="InvalidMessageException">The message does not count.</exception>
    public static Pardon Parse(StreamMessage message) => Parse(message.Exchange, message.Properties, message.Body);

    /// <exception cref="InvalidMessageException">The message does not count.</exception>
    public static Pardon Parse(string exchange, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body)
    {
        if (exchange != Topology.PardonsExchange)
        {
            throw new InvalidMessageException($"published to the exchange {UntrustedText.Quote(exchange)}", InvalidMessageKind.Sender);
        }

        if (body.Length > BodyValidation.MaxBytes)
        {
            throw new InvalidMessageException(BodyValidation.TooLongReason(body.Length), InvalidMessageKind.Length);
        }

        PardonMessage pardon = ParseBody(body.Span);
        MessageOrigin.FromUserId(properties).Verify(pardon.Operator, "operator");
        return Pardon.Parse(pardon);
    }

    private static PardonMessage ParseBody(ReadOnlySpan<byte> body)
    {
        try
        {
            return PardonJson.Parse(body);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new InvalidMessageException("no pardon in JSON", InvalidMessageKind.Body);
        }
    }
}
