using System.Text.Json;
using F2bBroker.Contracts;
using RabbitMQ.Client;

namespace F2bBroker.Shared.Messaging;

/// <summary>
/// Validates a message: the sender is the reporting server, and all fields are valid. Live messages and those of the stream pass the same
/// checks.
/// </summary>
internal static class ReceivedBanValidator
{
    private static readonly JsonSerializerOptions Json = BanJson.Apply(new JsonSerializerOptions());

    /// <summary>Returns the ban of a message of the stream.</summary>
    /// <exception cref="InvalidMessageException">The message violates the protocol.</exception>
    public static Ban Parse(IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, DateTimeOffset now) =>
        Parse(MessageOrigin.FromUserId(properties), body, now);

    /// <summary>Returns the ban of a message with that origin.</summary>
    /// <exception cref="InvalidMessageException">The message violates the protocol.</exception>
    public static Ban Parse(MessageOrigin origin, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        if (body.Length > BodyValidation.MaxBytes)
        {
            throw new InvalidMessageException(BodyValidation.TooLongReason(body.Length), InvalidMessageKind.Length);
        }

        try
        {
            // Like MassTransit for a live message: the document reports a duplicate field at any depth, BanDetected only its own fields.
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return Check(
                origin,
                document.Deserialize<BanDetected>(Json) ?? throw new JsonException(),
                now);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new InvalidMessageException(BodyValidation.FindError(body.ToArray()), InvalidMessageKind.Body);
        }
    }

    /// <summary>Returns the time in a message, which is the sender's word; null if the message violates the protocol.</summary>
    public static DateTimeOffset? FindDetectedAt(StreamMessage message, DateTimeOffset now)
    {
        try
        {
            return Parse(message.Properties, message.Body, now).DetectedAt;
        }
        catch (InvalidMessageException)
        {
            return null;
        }
    }

    /// <exception cref="InvalidMessageException">The message violates the protocol.</exception>
    public static Ban Check(MessageOrigin origin, BanDetected message, DateTimeOffset now)
    {
        origin.Verify(message.Server);
        Ban ban = Ban.Parse(message);
        return ban.DetectedAt - now <= Ban.MaxClockAhead
            ? ban
            : throw new InvalidMessageException(
                $"detectedAt {UtcTimestamp.Format(ban.DetectedAt)} is more than {Ban.MaxClockAhead.TotalMinutes} minutes in the future",
                InvalidMessageKind.Time);
    }
}
