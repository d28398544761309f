using F2bBroker.Admin.Output;
using F2bBroker.Admin.Statistics;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Admin;

public sealed class StatisticsTests
{
    [Fact]
    public void Bans_are_counted_by_server_jail_and_hour_and_a_repeated_message_counts_once()
    {
        Ban first = Some.Ban(at: At(0));
        BanStatistics statistics = Count(
            first,
            first,
            Some.Ban(at: At(1)),
            Some.Ban(jail: "a,b\u001b", server: "web2", at: At(80)),
            Some.Ban("203.0.113.8", at: At(80)));
        Assert.Equal((4, 2), (statistics.Bans, statistics.Addresses));
        Assert.Equal([("web1", 3), ("web2", 1)], Pairs(statistics.Servers));
        Assert.Equal([("sshd", 3), ("a_b_", 1)], Pairs(statistics.Jails));
        Assert.Equal(
            [("2026-11-23T02:00:00.000Z", 2), ("2026-11-23T03:00:00.000Z", 0), ("2026-11-23T04:00:00.000Z", 2)],
            Pairs(statistics.Hours));
    }

    [Fact]
    public void The_networks_with_the_most_addresses_are_first_and_banned_networks_do_not_count_as_addresses()
    {
        BanStatistics statistics = Count(
        [
            Some.Ban("192.0.2.1"),
            Some.Ban("203.0.113.1"),
            Some.Ban("203.0.113.2"),
            Some.Ban("203.0.113.2", at: At(1)),
            Some.Ban("203.0.113.128/25"),
            Some.Ban("2001:db8:1:ffff::1"),
            Some.Ban("2001:db8:1::1"),
            Some.Ban("2001:db8:2::/64"),
            .. Enumerable.Range(1, 12).Select(i => Some.Ban($"198.51.{i}.1")),
        ]);
        Assert.Equal(10, statistics.Networks24.Count);
        Assert.Equal([("203.0.113.0/24", 2), ("192.0.2.0/24", 1), ("198.51.1.0/24", 1)], Pairs(statistics.Networks24).Take(3));
        Assert.Equal([("2001:db8:1::/48", 2)], Pairs(statistics.Networks48));
    }

    [Fact]
    public void Addresses_are_counted_by_the_number_of_servers_that_reported_them()
    {
        BanStatistics statistics = Count(
        [
            Some.Ban("203.0.113.1", server: "web1"),
            Some.Ban("203.0.113.1", server: "web1", at: At(1)),
            Some.Ban("203.0.113.2", server: "web1"),
            Some.Ban("203.0.113.3", server: "web1"),
            Some.Ban("203.0.113.3", server: "web2"),
            Some.Ban("203.0.113.3", server: "web2", jail: "nginx"),
            .. Enumerable.Range(1, 3).Select(i => Some.Ban("203.0.113.4", server: $"web{i}")),
            .. Enumerable.Range(1, 9).Select(i => Some.Ban("203.0.113.5", server: $"web{i}")),
        ]);
        Assert.Equal([("1", 2), ("2", 1), ("3 or more", 2)], Pairs(statistics.ReportedBy));
    }

    [Fact]
    public void The_head_start_is_the_time_since_another_servers_first_ban_of_the_same_address()
    {
        BanStatistics statistics = Count(
            // 10 and 30 minutes after web1; web1's second ban 20 minutes after web2.
            Some.Ban("203.0.113.1", server: "web3", at: At(30)),
            Some.Ban("203.0.113.1", server: "web2", at: At(10)),
            Some.Ban("203.0.113.1", server: "web1", at: At(0)),
            Some.Ban("203.0.113.1", server: "web1", at: At(30)),
            // 100 minutes.
            Some.Ban("203.0.113.2", server: "web1", at: At(0)),
            Some.Ban("203.0.113.2", server: "web2", at: At(100)),
            // No other server, and none before.
            Some.Ban("203.0.113.3", server: "web1", at: At(0)),
            Some.Ban("203.0.113.3", server: "web1", at: At(5)),
            Some.Ban("203.0.113.4", server: "web1", at: At(7)),
            Some.Ban("203.0.113.4", server: "web2", at: At(7)));
        // 10, 20, 30, 100: the median is 25 minutes.
        Assert.Equal((4, 1500), (statistics.BansAfterAnother, statistics.MedianHeadStart));
    }

    [Fact]
    public void The_median_of_an_odd_number_is_the_middle_one()
    {
        BanStatistics statistics = Count(
            Some.Ban(server: "web1", at: At(0)),
            Some.Ban(server: "web2", at: At(1)),
            Some.Ban(server: "web2", at: At(2)),
            Some.Ban(server: "web2", at: At(60)));
        Assert.Equal((3, 120), (statistics.BansAfterAnother, statistics.MedianHeadStart));
    }

    [Fact]
    public void Without_bans_all_counts_are_zero()
    {
        BanStatistics statistics = Count();
        Assert.Equal((0, 0, 0, null), (statistics.Bans, statistics.Addresses, statistics.BansAfterAnother, statistics.MedianHeadStart));
        Assert.Empty(statistics.Hours);
        Assert.Equal([("1", 0), ("2", 0), ("3 or more", 0)], Pairs(statistics.ReportedBy));
        Assert.Equal("No ban since yesterday.", StatisticsFormat.Text(statistics, "yesterday", bar: '#'));
    }

    [Fact]
    public void Forwarded_bans_are_also_counted_by_the_server_of_the_other_group()
    {
        BanStatistics statistics = Count(
            Some.Ban(server: "friend-a") with { Via = "a1" },
            Some.Ban(server: "friend-a") with { Via = "a2" },
            Some.Ban("203.0.113.8", server: "friend-a") with { Via = "a1" },
            Some.Ban("203.0.113.9", server: "friend-a") with { Via = "a1" },
            Some.Ban("203.0.113.9"));
        // The first two are the same ban: the name in via is not part of its identity.
        Assert.Equal(4, statistics.Bans);
        Assert.Equal(3, statistics.Servers["friend-a"]);
        Assert.Equal(3, statistics.Forwarded.Values.Sum());
        Assert.Equal("friend-a via a1", statistics.Forwarded.First().Key);
        Assert.Contains("FORWARDED", StatisticsFormat.Text(statistics, "yesterday", bar: null));
        Assert.DoesNotContain("FORWARDED", StatisticsFormat.Text(Count(Some.Ban()), "yesterday", bar: null));
        Assert.Contains("\nforwarded,friend-a via a1,", StatisticsFormat.Csv(statistics));
    }

    [Fact]
    public void A_collection_has_a_limit_for_bans_and_one_for_the_names_of_jails()
    {
        BanCollection bans = new(maxBans: 4, maxNames: 2);
        foreach (string jail in new[] { "sshd", "nginx", "postfix", "sshd" })
        {
            bans.Add(Some.Ban(jail: jail));
        }

        Assert.Equal(
            "There are more than 4 bans. Choose a shorter --since.",
            Assert.Throws<CommandFailedException>(() => bans.Add(Some.Ban())).Message);
        Assert.Equal(["(other)", "nginx", "sshd"], bans.Sort().Select(ban => ban.Jail));
    }

    [Fact]
    public void The_text_has_a_table_for_each_count_and_bars_on_a_terminal()
    {
        BanStatistics statistics = Count(
            Some.Ban(at: At(0)),
            Some.Ban(server: "web2", at: At(60)),
            Some.Ban("203.0.113.8", at: At(60)),
            Some.Ban("2001:db8::1", at: At(60)));
        string text = """
            4 bans of 3 addresses since yesterday

            SERVER  BANS
            web1    3     ========================================
            web2    1     ==============

            JAIL  BANS
            sshd  4     ========================================

            HOUR (UTC)   BANS
            11-23 02:00  1     ==============
            11-23 03:00  3     ========================================

            NETWORK         ADDRESSES
            203.0.113.0/24  2          ========================================

            NETWORK        ADDRESSES
            2001:db8::/48  1          ========================================

            SERVERS    ADDRESSES
            1          2          ========================================
            2          1          ====================
            3 or more  0

            1 of 4 bans (25 %) came after another server had already banned the same address. Median head start: 60m.
            """;
        Assert.Equal(text, StatisticsFormat.Text(statistics, "yesterday", bar: '='));
        Assert.Equal(
            string.Join('\n', text.Split('\n').Select(line => line.TrimEnd('=', ' '))),
            StatisticsFormat.Text(statistics, "yesterday", bar: null));
    }

    [Fact]
    public void A_long_table_ends_with_the_sum_of_the_others()
    {
        string text = StatisticsFormat.Text(
            Count([.. Enumerable.Range(1, 23).Select(i => Some.Ban(server: $"web{i:00}", at: At(i)))]),
            "yesterday",
            bar: null);
        Assert.Contains("\nweb20     1\n3 others  3\n\nJAIL", text);
    }

    [Fact]
    public void The_csv_has_a_line_for_each_count() =>
        Assert.Equal(
            """
            kind,name,count
            total,bans,2
            total,addresses,1
            server,web1,1
            server,web2,1
            jail,sshd,2
            hour,2026-11-23T02:00:00.000Z,2
            network,203.0.113.0/24,1
            reportedBy,1,0
            reportedBy,2,1
            reportedBy,3 or more,0
            sharing,bansAfterAnother,1
            sharing,medianHeadStart,90
            """,
            StatisticsFormat.Csv(Count(Some.Ban(at: At(0)), Some.Ban(server: "web2", at: At(1.5)))));

    [Fact]
    public void Of_a_monitored_log_the_lines_of_each_word_are_counted_too()
    {
        using TempFolder folder = new();
        Ban released = Some.Ban("203.0.113.1");
        Write("bans.log.1", MonitoredLogLine.TrialText(released), MonitoredLogLine.TrialText(Some.Ban("203.0.113.2", at: At(-120))));
        Write(
            "bans.log",
            MonitoredLogLine.BanText(released),
            MonitoredLogLine.BanText(released),
            MonitoredLogLine.TrialText(Some.Ban("203.0.113.3")),
            MonitoredLogLine.ReportText(Some.Ban("203.0.113.4", server: "web3")));
        BanStatistics statistics = MonitoredLogCounter.Count(folder["bans.log"], since: At(-60));
        Assert.Equal([("Ban", 1), ("Trial", 2), ("Report", 1)], Pairs(statistics.Lines!));
        Assert.Equal((3, 3), (statistics.Bans, statistics.Addresses));
        Assert.Equal([("web1", 2), ("web3", 1)], Pairs(statistics.Servers));
        Assert.Contains(
            "\n\nLINE    BANS\nBan     1\nTrial   2\nReport  1\n\nSERVER  BANS\n",
            StatisticsFormat.Text(statistics, "yesterday", bar: null));
        Assert.Contains("\nline,Ban,1\nline,Trial,2\nline,Report,1\nserver,web1,2\n", StatisticsFormat.Csv(statistics));
        Assert.StartsWith("--log: ", Assert.Throws<CommandFailedException>(() => MonitoredLogCounter.Count(folder["x"], At(0))).Message);

        void Write(string file, params string[] lines) =>
            File.WriteAllText(folder[file], string.Concat(lines.Select(line => MonitoredLogLine.Format(Some.Time, line))));
    }

    /// <summary>Returns a time that many minutes after 02:44 o'clock.</summary>
    private static DateTimeOffset At(double minutes) => Some.Time.AddMinutes(minutes);

    private static BanStatistics Count(params IEnumerable<Ban> bans)
    {
        BanCollection collection = new();
        foreach (Ban ban in bans)
        {
            collection.Add(ban);
        }

        return StatisticsCounter.Count(collection.Sort());
    }

    private static IEnumerable<(string Name, int Count)> Pairs(IReadOnlyDictionary<string, int> counts) =>
        counts.Select(pair => (pair.Key, pair.Value));
}
