using System.Globalization;
using System.Text.RegularExpressions;

namespace F2bBroker.Bench.Scale;

/// <summary>The monitored logs of the real consumers.</summary>
internal sealed partial class MonitoredLogs(ScaleSetting setting)
{
    /// <summary>The bans that have been written, over all logs.</summary>
    public long Written => setting.RealConsumers.Sum(server => (long)Lines(server).Count());

    /// <summary>Returns how many bans are missing, over all logs.</summary>
    public long CountMissing() => setting.RealConsumers.Sum(server => Addresses().Except(Lines(server).Select(Address)).LongCount());

    /// <summary>Returns how many lines are about a ban that the same log has in another line.</summary>
    public long CountTwice() =>
        setting.RealConsumers.Sum(server => Lines(server).Count() - Lines(server).Select(Address).Distinct().LongCount());

    /// <summary>Returns the time from each ban's detection to its line.</summary>
    public LagHistogram ReadLags()
    {
        LagHistogram lags = new();
        foreach (Match line in setting.RealConsumers.SelectMany(Lines))
        {
            lags.Add(Time(line, "written") - Time(line, "detected"));
        }

        return lags;
    }

    private IEnumerable<Match> Lines(string server)
    {
        string log = setting.FileOf(server, "bans.log");
        return File.Exists(log) ? File.ReadLines(log).Select(line => BanLine().Match(line)).Where(match => match.Success) : [];
    }

    private IEnumerable<string> Addresses() => Enumerable.Range(0, setting.BanCount).Select(Bans.Address);

    private static string Address(Match line) => line.Groups["ip"].Value;

    private static DateTimeOffset Time(Match line, string group) =>
        DateTimeOffset.Parse(line.Groups[group].Value, CultureInfo.InvariantCulture);

    // 2026-11-23T02:44:24.312Z Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z
    [GeneratedRegex(@"^(?<written>\S+) Ban (?<ip>198\.\S+) jail=sshd server=origin detected=(?<detected>\S+)$")]
    private static partial Regex BanLine();
}
