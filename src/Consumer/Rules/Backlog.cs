using F2bBroker.Contracts;

namespace F2bBroker.Consumer.Rules;

/// <summary>The bans that may have accumulated while this server was offline.</summary>
/// <param name="end">The time when this server began to receive again. A newer ban is not part of the backlog.</param>
/// <param name="limitFor">Returns how many bans of a server may be part of it.</param>
internal sealed class Backlog(DateTimeOffset end, Func<string, int> limitFor)
{
    private readonly Dictionary<string, int> used = [];

    /// <summary>Returns true and counts the ban if it is part of the backlog and its server is still within the limit.</summary>
    public bool TryUse(Ban ban)
    {
        int count = used.GetValueOrDefault(ban.Server);
        if (ban.DetectedAt > end || count >= limitFor(ban.Server))
        {
            return false;
        }

        used[ban.Server] = count + 1;
        return true;
    }
}
