using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.Daemon.Health;

/// <summary>The body of a health message, shortened to its maximum length.</summary>
internal static class HealthBody
{
    private const int MaxQuarantined = 10;
    private const int ShortProblems = 3;
    private const int ShortProblemLength = 100;

    private static readonly Func<HealthMessage, HealthMessage>[] Shortenings =
    [
        message => Shorten(message, HealthMessage.MaxProblems, HealthMessage.MaxProblemLength),
        message => message with { Skipped = null },
        message => message with { Quarantined = message.Quarantined is { } servers ? [.. servers.Take(MaxQuarantined)] : null },
        message => Shorten(message, HealthMessage.MaxProblems, ShortProblemLength),
        message => Shorten(message, ShortProblems, ShortProblemLength),
    ];

    /// <summary>Returns the body. If it would be too long, parts are left out or shortened, one after the other.</summary>
    public static byte[] Serialize(HealthMessage message)
    {
        byte[] body = [];
        foreach (Func<HealthMessage, HealthMessage> shorten in Shortenings)
        {
            message = shorten(message);
            body = HealthJson.Serialize(message);
            if (body.Length <= HealthMessage.MaxBytes)
            {
                break;
            }
        }

        return body;
    }

    private static HealthMessage Shorten(HealthMessage message, int count, int length) =>
        message with { Problems = [.. message.Problems.Take(count).Select(text => Shorten(text, length))] };

    private static string Shorten(string text, int length) => text.Length > length ? $"{text[..(length - 1)]}…" : text;
}
