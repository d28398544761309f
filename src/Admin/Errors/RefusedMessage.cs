using System.Text;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.Admin.Errors;

/// <summary>A message of an error queue. Its texts come from outside: they are made printable.</summary>
/// <param name="RefusedAt">By the clock of the server that refused it; null when it is not known.</param>
/// <param name="Origin">Who had sent it; empty when the broker vouched for nobody.</param>
/// <param name="Reason">Why it was refused.</param>
/// <param name="Body">Its beginning.</param>
internal sealed record RefusedMessage(string? RefusedAt, string Origin, string Reason, string Body)
{
    private const int MaxBodyLength = 200;

    public static RefusedMessage FromDelivery(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body) =>
        new(
            properties.IsTimestampPresent()
                ? UtcTimestamp.Format(DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(properties.Timestamp.UnixTime, 0, 253_402_300_799)))
                : null,
            UntrustedText.Truncate(MessageOrigin.ReadOriginHeader(properties), 64),
            UntrustedText.Truncate(MessageOrigin.ReadTextHeader(properties, Topology.ReasonHeader), MaxBodyLength),
            UntrustedText.Truncate(Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxBodyLength)]), MaxBodyLength));
}
