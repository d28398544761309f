using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Properties;

/// <summary>
/// What the files of a consumer must contain: slow, without files, and written down from docs/configuration.md and the decisions, not from
/// the program.
/// </summary>
internal sealed class ConsumerModel(int quorum, int maxBans)
{
    // The settings of RealConsumer.
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);
    private static readonly TimeSpan QuorumWindow = TimeSpan.FromHours(1);
    private static readonly TimeSpan BansWindow = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Quarantine = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan RecentTime = TimeSpan.FromSeconds(10);

    private readonly List<LogFile> files = [new()];
    private readonly Dictionary<string, Pardon> pardons = [];

    // The memory of one run. Times are those of a clock that nobody changes.
    private readonly List<(string Identity, TimeSpan Since)> written = [];
    private readonly List<(Ban Ban, TimeSpan Since)> reports = [];
    private readonly List<(string Text, TimeSpan Since)> recent = [];
    private readonly Dictionary<string, List<TimeSpan>> arrivals = [];
    private readonly Dictionary<string, TimeSpan> quarantined = [];
    private bool isTrial;

    /// <summary>The texts of each file's lines, without their dates, the log first.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Files => [.. files.Select(file => file.Lines.ConvertAll(line => line.Text))];

    public DateTimeOffset Clock { get; set; } = Some.Time;

    public TimeSpan Uptime { get; set; }

    public void Arrive(Ban ban, DeliverySource source)
    {
        if (IsTooOld(ban) || IsPardoned(ban) || IsWritten(ban) || !IsAdmitted(ban, source))
        {
            return;
        }

        written.Add((ban.Identity, Uptime));
        CountReport(ban, Uptime);
        Append(
            !HasQuorum(ban) ? $"Report {ban.Identity}"
            : IsOnTrial(ban.Server) ? $"Trial {ban.Identity}"
            : $"Ban {ban.Identity}");
    }

    public void Rotate()
    {
        files.Insert(0, new LogFile());
        Repeat();
    }

    public void Restart(bool isRotated, bool isTrialNow)
    {
        if (isRotated)
        {
            files.Insert(0, new LogFile());
        }

        isTrial = isTrialNow;
        written.Clear();
        reports.Clear();
        recent.Clear();
        arrivals.Clear();
        quarantined.Clear();
        Line[] read =
        [
            .. files.AsEnumerable().Reverse().Where(file => file.LastWrite >= Oldest).SelectMany(file => file.Lines),
        ];
        foreach (Line line in read)
        {
            Remember(line);
        }

        recent.AddRange(FindMissing(read).Select(text => (text, Uptime)));
        Repeat();
        EndTrials(read);
    }

    public void Kill(string part)
    {
        files[0].Lines.Add(new Line(Clock, part, null));
        files[0].LastWrite = Clock;
    }

    public void TakeBack(Pardon pardon)
    {
        pardons[pardon.Subject] = pardon;
        if (!pardon.IsInForce(Clock))
        {
            return;
        }

        Line[] all = [.. files.AsEnumerable().Reverse().SelectMany(file => file.Lines)];
        Ban[] bans = [.. all.Select(line => line.Ban).OfType<Ban>()];
        IEnumerable<Subnet> addresses = pardon.Ip is { } network
            ? bans.Select(ban => ban.Ip).Where(ip => network.Contains(ip)).Prepend(network)
            : bans.Where(ban => ban.Server == pardon.Server)
                .Select(ban => ban.Ip)
                .Where(ip => bans.Where(ban => ban.Ip.Equals(ip)).All(IsPardoned));
        foreach (string text in addresses.Distinct().Select(ip => PardonLine.FormatText(pardon, ip)))
        {
            // An address alone has its line whatever the logs contain.
            bool mayRepeat = pardon.Ip is { IsAddress: true };
            if (mayRepeat || !(all.LastOrDefault(line => line.Text == text) is { } last && last.At >= pardon.PardonedAt))
            {
                Append(text);
            }
        }
    }

    private DateTimeOffset Oldest => Clock - MaxAge - Ban.MaxClockAhead;

    private bool IsTooOld(Ban ban) => Clock - ban.DetectedAt > MaxAge;

    private bool IsPardoned(Ban ban) => pardons.Values.Any(pardon => pardon.Covers(ban));

    private bool IsOnTrial(string server) => isTrial && server == "web3";

    private bool IsWritten(Ban ban)
    {
        Forget(written, entry => entry.Since, MaxAge + Ban.MaxClockAhead);
        return written.Any(entry => entry.Identity == ban.Identity);
    }

    private bool IsAdmitted(Ban ban, DeliverySource source)
    {
        if (maxBans == 0 || source == DeliverySource.Requeued)
        {
            return true;
        }

        if (source == DeliverySource.HistoryStream)
        {
            if (!IsQuarantined(ban.Server) && Clock - ban.DetectedAt < BansWindow && !CountArrival(ban.Server, Uptime))
            {
                quarantined[ban.Server] = Uptime + Quarantine;
            }

            return !IsQuarantined(ban.Server);
        }

        if (!CountArrival(ban.Server, Uptime))
        {
            quarantined[ban.Server] = Uptime + Quarantine;
        }
        else if (quarantined.TryGetValue(ban.Server, out TimeSpan end) && end <= Uptime)
        {
            quarantined.Remove(ban.Server);
        }

        return !quarantined.ContainsKey(ban.Server);
    }

    private bool IsQuarantined(string server) => quarantined.TryGetValue(server, out TimeSpan end) && end > Uptime;

    private bool CountArrival(string server, TimeSpan since)
    {
        if (!arrivals.TryGetValue(server, out List<TimeSpan>? times))
        {
            arrivals[server] = times = [];
        }

        Forget(times, time => time, BansWindow);
        times.Add(since);
        if (times.Count <= maxBans)
        {
            return true;
        }

        times.RemoveAt(0);
        return false;
    }

    private void CountReport(Ban ban, TimeSpan since)
    {
        Forget(reports, entry => entry.Since, MaxAge + QuorumWindow);
        reports.Add((ban, since));
    }

    private bool HasQuorum(Ban ban) => reports
        .Select(entry => entry.Ban)
        .Where(other => other.Ip.Equals(ban.Ip) && (other.DetectedAt - ban.DetectedAt).Duration() <= QuorumWindow)
        .Select(other => other.Server)
        .Append(ban.Server)
        .Distinct()
        .Count() >= quorum;

    private void Remember(Line line)
    {
        if (line.Ban is not { } ban || line.At < Oldest)
        {
            return;
        }

        TimeSpan age = Clock - line.At;
        if (!written.Exists(entry => entry.Identity == ban.Identity))
        {
            written.Add((ban.Identity, Uptime - age));
        }

        CountReport(ban, Uptime - age);
        if (maxBans > 0 && age < BansWindow && line.At - ban.DetectedAt < BansWindow)
        {
            CountArrival(ban.Server, Uptime - age);
        }
    }

    /// <summary>Returns the recent lines that are only in a renamed file, and that no later line pardons.</summary>
    private IEnumerable<string> FindMissing(Line[] read) => read
        .Where((line, i) =>
            (line.Ban is not null ? line.At >= Oldest : PardonLine.Parse(line.Whole) is not null)
            && (Clock - line.At).Duration() < RecentTime
            && !files[0].Lines.Exists(other => other.Text == line.Text)
            && !(line.Ban is { } ban && read.Skip(i + 1).Any(later => PardonLine.Parse(later.Whole)?.Covers(ban) == true)))
        .Select(line => line.Text)
        .Distinct();

    private void EndTrials(Line[] read)
    {
        IEnumerable<Ban> trials = read
            .Where(line => line.At >= Oldest && line.Text.StartsWith("Trial ", StringComparison.Ordinal))
            .Select(line => line.Ban!)
            .DistinctBy(ban => ban.Identity);
        foreach (Ban ban in trials.Where(ban => !IsOnTrial(ban.Server)))
        {
            string text = $"Ban {ban.Identity}";
            if (!Array.Exists(read, line => line.At >= Oldest && line.Text == text)
                && !IsTooOld(ban) && !IsPardoned(ban) && HasQuorum(ban))
            {
                Append(text);
            }
        }
    }

    private void Append(string text)
    {
        Write(text);
        recent.Add((text, Uptime));
    }

    private void Repeat()
    {
        Forget(recent, entry => entry.Since, RecentTime);
        foreach (string text in recent.Select(entry => entry.Text))
        {
            if (MonitoredLogLine.Parse(new Line(Clock, text, null).Whole) is not { } line || !IsPardoned(line.Ban))
            {
                Write(text);
            }
        }
    }

    private void Write(string text)
    {
        Line line = new(Clock, text, null);
        files[0].Lines.Add(line with { Ban = MonitoredLogLine.Parse(line.Whole)?.Ban });
        files[0].LastWrite = Clock;
    }

    // From the oldest on: an entry that seems younger, because the clock was changed, keeps later ones.
    private void Forget<T>(List<T> entries, Func<T, TimeSpan> since, TimeSpan maxAge)
    {
        while (entries.Count > 0 && Uptime - since(entries[0]) > maxAge)
        {
            entries.RemoveAt(0);
        }
    }

    private sealed record Line(DateTimeOffset At, string Text, Ban? Ban)
    {
        public string Whole => MonitoredLogLine.Format(At, Text).TrimEnd('\n');
    }

    private sealed class LogFile
    {
        public List<Line> Lines { get; } = [];

        public DateTimeOffset LastWrite { get; set; } = DateTimeOffset.MaxValue;
    }
}
