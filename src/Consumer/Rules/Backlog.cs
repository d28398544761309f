using F2bBroker.Contracts;

namespace F2bBroker.Consumer.Rules;

/// <summary>The bans that may have accumulated while this server was offline, at most <paramref name="limit"/> of each server.</summary>
/// <param name="end">The time when this server began to receive again. A newer ban is not part of the backlog.</param>
internal sealed class Backlog(DateTimeOffset end, int limit)
{
    private readonly Dictionary<string, int> used = [];

    /// <summary>Returns true and counts the ban if it is part of the backlog and its server is still within the limit.</summary>
    public bool TryUse(Ban ban)
    {
        int count = used.GetValueOrDefault(ban.Server);
        if (count >= limit || ban.DetectedAt > end)
        {
            return false;
        }

        used[ban.Server] = count + 1;
        return true;
    }
}
