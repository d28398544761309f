using F2bBroker.Fuzz.Oracles;

namespace F2bBroker.UnitTests.Producer.Fuzz;

/// <summary>Compares the bans read from fuzzed logs with those that the oracle finds.</summary>
internal sealed class Outcome
{
    private const int MaxListedErrors = 20;

    private readonly List<string> errors = [];

    public int Generated { get; private set; }

    public int Mutated { get; private set; }

    /// <summary>The number of bans that the oracle finds.</summary>
    public int Bans { get; private set; }

    /// <summary>The number of bans read that fail2ban did not log.</summary>
    public int Wrong { get; private set; }

    /// <summary>The number of bans that were not read, or were read incorrectly.</summary>
    public int Missed { get; private set; }

    /// <summary>The first errors of both kinds, one per line; empty if there are none.</summary>
    public string Errors => string.Join('\n', errors.Take(MaxListedErrors));

    public void Add(FuzzedLog log, IReadOnlyDictionary<long, TrueBan> read)
    {
        Generated += log.Generated;
        Mutated += log.Mutated;
        Bans += log.Bans.Count;
        Wrong += AddErrors("Read", read.Except(log.Bans), log);
        Missed += AddErrors("Not read", log.Bans.Except(read), log);
    }

    private int AddErrors(string kind, IEnumerable<KeyValuePair<long, TrueBan>> bans, FuzzedLog log)
    {
        int before = errors.Count;
        errors.AddRange(bans.Select(ban => $"{kind}: {ban.Value} in the line {log.LineBefore(ban.Key)}"));
        return errors.Count - before;
    }
}
