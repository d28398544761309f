using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.UnitTests.Consumer;

public sealed class PardonLinesTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly ConsumerSettings settings;
    private readonly CurrentPardons current;
    private readonly List<string> warnings = [];

    public PardonLinesTests()
    {
        settings = Some.Settings($"consumer:logpath={folder["bans.log"]}").Consumer;
        current = new CurrentPardons(settings);
        Log("bans.log");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_address_has_its_own_line_whatever_the_logs_show() =>
        Assert.Equal(["Pardon 203.0.113.7 operator=alice until=-"], Find(Some.Pardon("203.0.113.7", null)));

    [Fact]
    public void A_network_has_a_line_for_itself_and_for_each_address_inside_it()
    {
        Log("bans.log.1", Ban("203.0.113.7"), Ban("198.51.100.7"), Ban("2001:db8::7"));
        string[] others = [Ban("203.0.112.0/20"), Ban("203.0.113.64/26"), "Ban 203.0.113.9 jail=to"];
        Log("bans.log", [Ban("203.0.113.7"), Report("203.0.113.8"), .. others]);
        Assert.Equal(
            ["203.0.113.0/24", "203.0.113.7", "203.0.113.8", "203.0.113.64/26"],
            Find(Some.Pardon("203.0.113.0/24", null)).Select(line => line.Split(' ')[1]));
    }

    [Fact]
    public void A_server_has_a_line_for_each_address_that_no_other_server_reported()
    {
        Log("bans.log.1", Ban("203.0.113.1", "web9"), Ban("203.0.113.2", "web9"), Ban("203.0.113.3", "web9"));
        Log("bans.log", Ban("203.0.113.2", "web1"), Ban("203.0.113.3", "web8"), Ban("203.0.113.1", "web9"));
        Pardon web9 = Some.Pardon(null, Some.Time.AddDays(1)) with { Server = "web9" };
        Assert.Equal(["Pardon 203.0.113.1 operator=alice until=2026-11-24T02:44:23.706Z scope=f2bbroker"], Find(web9));
        // A report of another pardoned server does not count.
        Pardon web8 = web9 with { Server = "web8" };
        Assert.Equal(["203.0.113.1", "203.0.113.3"], Find(web9, web8).Select(line => line.Split(' ')[1]));
    }

    [Fact]
    public void A_line_that_was_written_since_the_pardon_is_not_written_again()
    {
        Pardon address = Some.Pardon("203.0.113.7", null);
        Pardon network = Some.Pardon("198.51.100.0/24", Some.Time.AddDays(1));
        Log("bans.log.1", [Ban("198.51.100.7"), Ban("198.51.100.8"), .. Find(address), .. Find(network).Take(1)]);
        Log("bans.log", "Pardon 198.51.100.7 operator=alice until=2026-11-24T02:44:23.706Z");
        Assert.Equal(["Pardon 198.51.100.8 operator=alice until=2026-11-24T02:44:23.706Z"], Find(address, network));
        // Pardoned again after the pardon had ended: the text is the same.
        Pardon again = address with { PardonedAt = Some.Time.AddHours(1) };
        Assert.Equal(["Pardon 203.0.113.7 operator=alice until=-"], Find(again));
    }

    [Fact]
    public void The_line_of_a_new_pardon_of_an_address_is_not_searched_for_in_the_logs()
    {
        Pardon pardon = Some.Pardon("203.0.113.7", null);
        Log("bans.log", PardonLine.FormatText(pardon, pardon.Ip!));
        Assert.Empty(Find(pardon));
        Assert.Single(new PardonLines(settings, current).Find([pardon], mayBeWritten: false, warnings.Add));
    }

    [Fact]
    public void A_log_that_cannot_be_read_is_named()
    {
        File.WriteAllText(folder["bans.log.2.gz"], "no archive");
        Assert.Single(Find(Some.Pardon("203.0.113.0/24", null)));
        string warning = Assert.Single(warnings);
        Assert.StartsWith($"Cannot read {folder["bans.log.2.gz"]}: ", warning);
        Assert.EndsWith(" Addresses in it that are pardoned may stay banned.", warning);
    }

    private string[] Find(params Pardon[] pardons)
    {
        PardonList list = current.CreateList();
        foreach (Pardon pardon in pardons)
        {
            list.Apply(pardon);
        }

        current.Replace(list);
        return [.. new PardonLines(settings, current).Find(pardons, mayBeWritten: true, warnings.Add)];
    }

    private void Log(string file, params IEnumerable<string> texts) =>
        File.WriteAllText(folder[file], string.Concat(texts.Select(text => MonitoredLogLine.Format(Some.Time, text))));

    private static string Ban(string ip, string server = "web1") => MonitoredLogLine.BanText(Some.Ban(ip, server: server));

    private static string Report(string ip) => MonitoredLogLine.ReportText(Some.Ban(ip));
}
