using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Model;

/// <summary>What the monitored logs must contain: the reported bans, and the pardons.</summary>
internal sealed class Expectations(IReadOnlyCollection<string> servers)
{
    private readonly Dictionary<string, ModelPardon> pardons = [];
    private readonly List<ReportedBan> bans = [];

    public IReadOnlyList<ReportedBan> Bans => bans;

    /// <summary>The lines of the pardons that are in force, without the first date.</summary>
    public IEnumerable<string> PardonLines => pardons.Values.Select(pardon => pardon.Line).OfType<string>();

    /// <summary>Returns the next ban of an address that nobody reported before.</summary>
    public LoggedBan AddNew(string server) => Add(LoggedBan.Number(bans.Count, server), server);

    /// <summary>Returns a ban of the address.</summary>
    public LoggedBan Add(string address, string server) => Add(LoggedBan.Now(address, server), server);

    /// <summary>From now on, each server may know of a pardon or of its end, or not.</summary>
    public void PardonIsPublished(string address) => pardons[address] = new ModelPardon(null, []);

    /// <param name="line">The pardon's line, without the first date.</param>
    /// <param name="knowing">The servers that know of it before they decide on a ban that is reported from now on.</param>
    public void PardonIsKnown(string address, string line, IReadOnlyCollection<string> knowing) =>
        pardons[address] = new ModelPardon(line, knowing);

    /// <summary>All servers know which pardons are in force and which have ended.</summary>
    public void PardonsAreKnown()
    {
        foreach ((string address, ModelPardon pardon) in pardons.ToArray())
        {
            if (pardon.Line is null)
            {
                pardons.Remove(address);
            }
            else
            {
                pardons[address] = pardon with { Knowing = servers };
            }
        }
    }

    public bool HasPardoned(string address) => pardons.ContainsKey(address);

    /// <summary>Lets the logs of these receivers lack the bans that they do not have yet.</summary>
    public static void Excuse(IEnumerable<Member> receivers, IEnumerable<ReportedBan> among)
    {
        foreach (Member member in receivers)
        {
            HashSet<string> arrived = member.Texts;
            foreach (ReportedBan ban in among.Where(ban => !arrived.Contains(ban.Text)))
            {
                ban.Optional.Add(member.Name);
            }
        }
    }

    /// <summary>Returns the bans that a log lacks.</summary>
    public IReadOnlyList<string> MissingOf(Member member)
    {
        HashSet<string> arrived = member.Texts;
        return [.. bans.Where(ban => ban.IsRequiredBy(member.Name) && !arrived.Contains(ban.Text)).Select(ban => ban.Text)];
    }

    private LoggedBan Add(LoggedBan logged, string server)
    {
        ReportedBan ban = new(logged, server);
        if (pardons.TryGetValue(logged.Address, out ModelPardon? pardon))
        {
            ban.Forbidden.UnionWith(pardon.Knowing);
            ban.Optional.UnionWith(servers.Except(pardon.Knowing));
        }

        bans.Add(ban);
        return logged;
    }

    /// <param name="Line">Null if it, or its end, is being published.</param>
    private sealed record ModelPardon(string? Line, IReadOnlyCollection<string> Knowing);
}
