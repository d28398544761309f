using System.Text;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.Admin.Errors;

/// <summary>A message of an error queue, or of the stream, with its foreign text made printable.</summary>
/// <param name="RefusedAt">
/// The time of the refusal by the clock of the server that refused it; for a message of the stream the minute in which it was published, by
/// the broker's clock; null if unknown.
/// </param>
/// <param name="Origin">The origin; empty if it was not authenticated.</param>
/// <param name="Reason">The reason for the refusal.</param>
/// <param name="Body">The beginning of the body.</param>
internal sealed record RefusedMessage(string? RefusedAt, string Origin, string Reason, string Body)
{
    private const int MaxBodyLength = 200;
    private const int MaxOriginLength = 64;

    public static RefusedMessage FromDelivery(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body) =>
        Create(
            properties.IsTimestampPresent()
                ? UtcTimestamp.Format(DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(properties.Timestamp.UnixTime, 0, 253_402_300_799)))
                : null,
            MessageOrigin.ReadOriginHeader(properties),
            MessageOrigin.ReadTextHeader(properties, Topology.ReasonHeader),
            body);

    public static RefusedMessage FromStream(StreamMessage message, DateTimeOffset publishedAt, string reason) =>
        Create(UtcTimestamp.Format(publishedAt), MessageOrigin.FromUserId(message.Properties).Name, reason, message.Body.Span);

    private static RefusedMessage Create(string? refusedAt, string origin, string reason, ReadOnlySpan<byte> body) =>
        new(
            refusedAt,
            UntrustedText.Truncate(origin, MaxOriginLength),
            UntrustedText.Truncate(reason, MaxBodyLength),
            UntrustedText.Truncate(Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxBodyLength)]), MaxBodyLength));
}
