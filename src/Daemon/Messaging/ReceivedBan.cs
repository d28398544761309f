using System.Text.Json;
using F2bBroker.Contracts;
using RabbitMQ.Client;

namespace F2bBroker.Daemon.Messaging;

/// <summary>The ban that a message reports: its sender's own word, and in order. Live messages and those of the stream meet the same checks.</summary>
internal static class ReceivedBan
{
    /// <summary>How far a sender's clock may be ahead.</summary>
    public static readonly TimeSpan FutureAllowed = TimeSpan.FromMinutes(10);

    private static readonly JsonSerializerOptions Json = BanJson.Apply(new JsonSerializerOptions());

    /// <summary>Of a message of the stream, which holds what was published to the group.</summary>
    /// <exception cref="Refusal">The message breaks the protocol.</exception>
    public static Ban Parse(IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        if (body.Length > Body.Longest)
        {
            throw new Refusal(Body.TooLong(body.Length), RefusalKind.Length);
        }

        try
        {
            return Check(Origin.Of(properties), JsonSerializer.Deserialize<BanDetected>(body.Span, Json) ?? throw new JsonException(), now);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new Refusal(Body.FaultOf(body.ToArray()), RefusalKind.Body);
        }
    }

    /// <exception cref="Refusal">The message breaks the protocol.</exception>
    public static Ban Check(Origin origin, BanDetected message, DateTimeOffset now)
    {
        origin.Verify(message.Server);
        Ban ban = Ban.Parse(message);
        return ban.DetectedAt - now <= FutureAllowed
            ? ban
            : throw new Refusal($"detectedAt {UtcText.Print(ban.DetectedAt)} is more than {FutureAllowed.TotalMinutes} minutes in the future", RefusalKind.Time);
    }
}
