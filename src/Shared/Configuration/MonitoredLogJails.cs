namespace F2bBroker.Shared.Configuration;

/// <summary>The names of the jails that monitor the consumer's log: <c>f2bbroker</c> and <c>f2bbroker-…</c>.</summary>
internal static class MonitoredLogJails
{
    /// <summary>The shipped jail that bans.</summary>
    public const string Default = "f2bbroker";

    /// <summary>The shipped jail that unbans pardoned addresses.</summary>
    public const string Pardon = "f2bbroker-pardon";

    /// <summary>Returns true for a jail whose bans are those of other servers, so that the producer never shares them.</summary>
    public static bool Includes(string jail) => jail == Default || jail.StartsWith($"{Default}-", StringComparison.Ordinal);

    /// <summary>Returns true for a jail that bans what the consumer writes.</summary>
    public static bool Bans(string jail) => Includes(jail) && jail != Pardon;
}
