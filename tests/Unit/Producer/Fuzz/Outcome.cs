namespace F2bBroker.UnitTests.Producer.Fuzz;

/// <summary>What was read of fuzzed logs, held against what the oracle says.</summary>
internal sealed class Outcome
{
    private const int ShownFaults = 20;

    private readonly List<string> faults = [];

    public int Generated { get; private set; }

    public int Mutated { get; private set; }

    /// <summary>As the oracle counts them.</summary>
    public int Bans { get; private set; }

    /// <summary>How often something was read that fail2ban did not ban.</summary>
    public int Wrong { get; private set; }

    /// <summary>How many bans were not read, or not as what they are.</summary>
    public int Missed { get; private set; }

    /// <summary>The first of both kinds, a line each; empty when all is well.</summary>
    public string Faults => string.Join('\n', faults.Take(ShownFaults));

    public void Add(FuzzedLog log, IReadOnlyDictionary<long, TrueBan> read)
    {
        Generated += log.Generated;
        Mutated += log.Mutated;
        Bans += log.Bans.Count;
        Wrong += Fault("Read", read.Except(log.Bans), log);
        Missed += Fault("Not read", log.Bans.Except(read), log);
    }

    private int Fault(string kind, IEnumerable<KeyValuePair<long, TrueBan>> bans, FuzzedLog log)
    {
        int before = faults.Count;
        faults.AddRange(bans.Select(ban => $"{kind}: {ban.Value} in the line {log.LineBefore(ban.Key)}"));
        return faults.Count - before;
    }
}
