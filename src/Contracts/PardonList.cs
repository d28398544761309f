namespace F2bBroker.Contracts;

/// <summary>
/// The pardons of a group: the last message for an address, a network or a server counts. Ended pardons stay, because they cover older
/// bans. It is thread-safe.
/// </summary>
/// <param name="memory">How long an ended pardon is remembered. Bans that are older than this must be skipped for their age.</param>
public sealed class PardonList(TimeSpan memory)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Subnet, Pardon> byIp = [];
    private readonly Dictionary<string, Pardon> byServer = [];
    private readonly HashSet<Subnet> networks = [];

    /// <summary>The pardons, also ended ones, by what they pardon.</summary>
    public IReadOnlyList<Pardon> All
    {
        get
        {
            lock (gate)
            {
                return [.. byServer.Values.Concat(byIp.Values)];
            }
        }
    }

    /// <summary>Adds a message, which replaces the one before it for the same address, network or server.</summary>
    public void Apply(Pardon pardon)
    {
        lock (gate)
        {
            if (pardon.Server is { } server)
            {
                byServer[server] = pardon;
            }
            else if (pardon.Ip is { } ip)
            {
                byIp[ip] = pardon;
                if (!ip.IsAddress)
                {
                    networks.Add(ip);
                }
            }
        }
    }

    /// <summary>Removes the pardons that ended too long ago to cover a ban.</summary>
    public void ForgetEnded(DateTimeOffset now)
    {
        lock (gate)
        {
            foreach (Pardon pardon in All.Where(pardon => pardon.Until <= now - memory))
            {
                Forget(pardon);
            }
        }
    }

    /// <summary>Returns the pardon that covers the ban; null if none does.</summary>
    public Pardon? Find(Ban ban)
    {
        lock (gate)
        {
            if (byServer.TryGetValue(ban.Server, out Pardon? server) && server.Covers(ban))
            {
                return server;
            }

            if (byIp.TryGetValue(ban.Ip, out Pardon? same) && same.Covers(ban))
            {
                return same;
            }

            // An address overlaps only networks. A network may also contain pardoned addresses.
            return ban.Ip.IsAddress
                ? networks.Select(network => byIp[network]).FirstOrDefault(pardon => pardon.Covers(ban))
                : byIp.Values.FirstOrDefault(pardon => pardon.Covers(ban));
        }
    }

    private void Forget(Pardon pardon)
    {
        if (pardon.Server is { } server)
        {
            byServer.Remove(server);
        }
        else if (pardon.Ip is { } ip)
        {
            byIp.Remove(ip);
            networks.Remove(ip);
        }
    }
}
