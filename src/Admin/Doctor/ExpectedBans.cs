using F2bBroker.Contracts;

namespace F2bBroker.Admin.Doctor;

/// <summary>Selects the bans of the monitored log that fail2ban should hold.</summary>
/// <param name="banTime">fail2ban's ban time; null if a ban does not end.</param>
/// <param name="ignored">The addresses and networks that fail2ban ignores.</param>
internal sealed class ExpectedBans(TimeSpan? banTime, IReadOnlyCollection<Subnet> ignored, DateTimeOffset now)
{
    /// <summary>fail2ban needs about a second for a line. A ban that is nearly over may end during the check.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    /// <summary>Returns the address or network of each such ban once. A ban that a later line pardons is left out.</summary>
    /// <param name="lines">Lines of the monitored log, the newest first.</param>
    public IEnumerable<Subnet> Select(IEnumerable<string> lines) => FindBans(lines).Distinct();

    private IEnumerable<Subnet> FindBans(IEnumerable<string> lines)
    {
        List<PardonLine> pardons = [];
        foreach (string text in lines)
        {
            if (PardonLine.Parse(text) is { } pardon)
            {
                pardons.Add(pardon);
            }
            else if (MonitoredLogLine.Parse(text) is { } line && IsExpected(line) && !pardons.Exists(later => later.Covers(line.Ban)))
            {
                yield return line.Ban.Ip;
            }
        }
    }

    private bool IsExpected(MonitoredLogLine line) =>
        line.IsBan && IsDue(line.WrittenAt) && !IsIgnored(line.Ban.Ip);

    private bool IsDue(DateTimeOffset writtenAt) =>
        writtenAt <= now - Tolerance && (banTime is not { } duration || now - writtenAt < duration - Tolerance);

    // fail2ban ignores what is inside an ignored network. It bans a network that contains an ignored address.
    private bool IsIgnored(Subnet ip) => ignored.Any(network => network.Contains(ip));
}
