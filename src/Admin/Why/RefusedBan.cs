using System.Text.Json;
using F2bBroker.Admin.Errors;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.Admin.Why;

/// <summary>Finds the ban in a message of an error queue, such as that of a quarantined server.</summary>
internal static class RefusedBan
{
    private static readonly JsonSerializerOptions Json = BanJson.Apply(new JsonSerializerOptions());

    /// <summary>Returns the id of the ban; null if the body is not a valid ban.</summary>
    public static Guid? FindId(RefusedMessage message)
    {
        try
        {
            return JsonSerializer.Deserialize<BanDetected>(message.Body, Json) is { } ban ? Ban.Parse(ban).MessageId : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or InvalidMessageException)
        {
            return null;
        }
    }
}
