using System.Text;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.Admin.Errors;

/// <summary>A message of an error queue, with its foreign text made printable.</summary>
/// <param name="RefusedAt">The time of the refusal by the clock of the server that refused it; null if unknown.</param>
/// <param name="Origin">The origin; empty if it was not authenticated.</param>
/// <param name="Reason">The reason for the refusal.</param>
/// <param name="Body">The beginning of the body.</param>
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
