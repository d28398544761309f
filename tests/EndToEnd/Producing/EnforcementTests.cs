using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Producing;

/// <summary>What a real fail2ban does with shared bans, as the producer of the same server counts it.</summary>
public sealed class EnforcementTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Sender web1 = null!;
    private Server web2 = null!;
    private PortPair ports = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        web1 = await group.EnrollSenderAsync("web1");
        web2 = await group.EnrollAsync("web2");
        ports = await web2.MeasureAsync();
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    [Trait("Form", "slow")]
    public async Task Each_result_is_counted_and_a_restart_of_the_producer_misses_none()
    {
        Fail2Ban fail2ban = group.Add(await Fail2Ban.StartAsync(web2));
        await web2.StartConsumerAsync();
        Daemon producer = await web2.StartProducerAsync();
        await ShowsAsync(("banned", 0), ("already_banned", 0), ("ignored", 0), ("restored", 0), ("failed", 0));
        await web1.PublishBanAsync("203.0.113.1");
        await ShowsAsync(("banned", 1));
        await fail2ban.ClientAsync("set", "f2bbroker", "addignoreip", "203.0.113.2");
        await web1.PublishBanAsync("203.0.113.2");
        await ShowsAsync(("banned", 1), ("ignored", 1));

        // fail2ban logs "already banned" only if the second line is at least three seconds younger than the first.
        await WriteAsync("203.0.113.4", TimeProvider.System.GetUtcNow().AddSeconds(-30));
        await ShowsAsync(("banned", 2), ("already_banned", 0));
        await WriteAsync("203.0.113.4");
        await ShowsAsync(("banned", 2), ("already_banned", 1));
        await fail2ban.ClientAsync("set", "f2bbroker", "action", "record", "actionban", "exit 1");
        await web1.PublishBanAsync("203.0.113.3");
        await ShowsAsync(("banned", 3), ("failed", 1));

        Assert.Equal(0, await producer.StopAsync());
        await fail2ban.StopAsync();
        await fail2ban.StartAsync();
        await fail2ban.BansAsync("203.0.113.3");
        await web2.StartProducerAsync();
        await ShowsAsync(("banned", 0), ("already_banned", 0), ("ignored", 0), ("restored", 3), ("failed", 0));
    }

    [Fact]
    public async Task A_ban_of_another_jail_and_an_old_log_are_not_counted()
    {
        await File.WriteAllTextAsync(
            web2.Fail2BanLog,
            "2026-11-23 02:53:42,545 fail2ban.actions        [1674]: NOTICE  [f2bbroker] Ban 203.0.113.1\n",
            TestContext.Current.CancellationToken);
        await web2.StartProducerAsync();
        await web2.LogAsync(
            "fail2ban.actions        [1674]: NOTICE  [f2bbroker-pardon] Ban 203.0.113.2",
            "fail2ban.actions        [1674]: NOTICE  [sshd] Ban [f2bbroker] Ban 203.0.113.3",
            "fail2ban.actions        [1674]: NOTICE  [f2bbroker-sshd] Restore Ban 203.0.113.4");
        await ShowsAsync(("banned", 0), ("restored", 1));
    }

    [Theory]
    [InlineData("-vv", "")]
    [InlineData("-v", "[padding=off]")]
    public async Task Another_form_of_the_log_is_counted(string option, string targetOptions)
    {
        Fail2Ban fail2ban = group.Add(
            await Fail2Ban.StartAsync(web2, [$"logtarget = {web2.Fail2BanLog}{targetOptions}"], [option]));
        await web2.StartProducerAsync();
        await EnforceAsync(fail2ban);
    }

    [Theory]
    [InlineData("SYSTEMD-JOURNAL")]
    [InlineData("SYSLOG")]
    [InlineData("SYSLOG[padding=on]")]
    public async Task The_journal_is_counted(string logTarget)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Starting a journal, and a process in the cgroup of a unit, needs root.");
        group.Add(await Journal.StartAsync());
        UnitCgroup unit = group.Add(new UnitCgroup("fail2ban.service"));
        Fail2Ban fail2ban = group.Add(await Fail2Ban.StartAsync(web2, unit, logTarget));
        await web2.StartProducerAsync("F2BBROKER_PRODUCER__SOURCE=journal", "F2BBROKER_PRODUCER__START=end");
        await EnforceAsync(fail2ban);
    }

    [Fact]
    public async Task A_syslog_file_is_counted()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can give BusyBox's syslogd a /dev of its own.");
        BusyBoxSyslog syslog = group.Add(await BusyBoxSyslog.StartAsync());
        Fail2Ban fail2ban = group.Add(
            await Fail2Ban.StartAsync(web2, ["logtarget = SYSLOG", $"syslogsocket = {syslog.Socket}"], []));
        await web2.StartProducerAsync("F2BBROKER_PRODUCER__FORMAT=syslog", $"F2BBROKER_PRODUCER__LOGPATH={syslog.Log}");
        await EnforceAsync(fail2ban);
    }

    private async Task EnforceAsync(Fail2Ban fail2ban)
    {
        await WriteAsync("203.0.113.1");
        await ShowsAsync(("banned", 1));
        await fail2ban.ClientAsync("set", "f2bbroker", "addignoreip", "2001:db8::/64");
        await WriteAsync("2001:db8::2");
        await fail2ban.ClientAsync("set", "f2bbroker", "action", "record", "actionban", "exit 1");
        await WriteAsync("203.0.113.3");
        await ShowsAsync(("banned", 2), ("ignored", 1), ("failed", 1));
    }

    /// <summary>Appends a ban to the monitored log.</summary>
    private Task WriteAsync(string ip, DateTimeOffset? writtenAt = null)
    {
        DateTimeOffset at = writtenAt ?? TimeProvider.System.GetUtcNow();
        string text = MonitoredLogLine.BanText(new Ban(Subnet.Parse(ip)!, "sshd", "web9", at));
        return File.AppendAllTextAsync(web2.BansLog, MonitoredLogLine.Format(at, text));
    }

    private Task<Scrape> ShowsAsync(params IEnumerable<(string Result, int Count)> expected) => Scrape.ShowsAsync(
        ports.First,
        [.. expected.Select(value => $"f2bbroker_shared_bans_enforced_total{{result=\"{value.Result}\"}} {value.Count}")]);
}
