namespace F2bBroker.EndToEndTests.Producing;

/// <summary>A real fail2ban that logs in an unusual form: its bans are shared, or the producer says why not and what to do.</summary>
public sealed class Fail2BanFormsTests(TestBroker broker) : IAsyncLifetime
{
    private Server web1 = null!;
    private Server web2 = null!;
    private Fail2Ban? fail2ban;
    private BusyBoxSyslog? syslog;

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        web1 = await Server.EnrollAsync(broker, "web1");
        web2 = await Server.EnrollAsync(broker, "web2");
        await web2.StartConsumerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable? part in new IAsyncDisposable?[] { fail2ban, syslog, web1, web2 })
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    [Theory]
    [InlineData("-v", "")]
    [InlineData("-vv", "")]
    [InlineData("-vv", "[padding=off]")]
    public async Task A_ban_of_a_verbose_fail2ban_with_a_date_is_shared(string option, string targetOptions)
    {
        fail2ban = await Fail2Ban.StartAsync(web1, [$"logtarget = {web1.Fail2BanLog}{targetOptions}"], [option]);
        await web1.StartProducerAsync();
        await fail2ban.AttackAsync("203.0.113.7");
        await web2.HasBansAsync(1);
        Assert.Equal(["203.0.113.7"], web2.Addresses);
        Assert.DoesNotContain("[producer] logpath", (await TestAsync()).Errors);
    }

    [Theory]
    [InlineData("-vvv", "", "in the form of fail2ban's -vvv, without a date", "Restart fail2ban without -vvv.")]
    [InlineData("-vvvv", "", "in the form of fail2ban's -vvv, without a date", "Restart fail2ban without -vvv.")]
    [InlineData("-q", "[datetime=off]", "without a date", "Remove datetime=off from fail2ban's logtarget, and restart fail2ban.")]
    [InlineData("-q", "[format='%%(message)s']", "in an unknown form", "Remove the options in brackets from fail2ban's logtarget")]
    public async Task A_ban_without_a_date_is_named_once_with_what_to_do(string option, string targetOptions, string form, string remedy)
    {
        fail2ban = await Fail2Ban.StartAsync(web1, [$"logtarget = {web1.Fail2BanLog}{targetOptions}"], [option]);
        PortPair ports = await web1.MeasureAsync();
        Daemon producer = await web1.StartProducerAsync();
        await fail2ban.AttackAsync("203.0.113.7");
        await fail2ban.BansAsync("203.0.113.7");
        await producer.SaysAsync($"A ban was logged {form}. Such a ban cannot be shared, so other servers do not get it. {remedy}");
        await fail2ban.AttackAsync("203.0.113.8");
        await fail2ban.BansAsync("203.0.113.8");
        // fail2ban lists a ban before it logs it.
        await Scrape.ShowsAsync(ports.First, $"f2bbroker_ban_lines_passed_over_total{{reason=\"{form}\"}} 2");
        Assert.Equal(0, await producer.StopAsync());
        await producer.SaysOnceAsync("A ban was logged");
        await producer.SaysOnceAsync($"More bans that cannot be shared: 1 {form}.");
        Assert.Empty(web2.Bans);
        Built.Outcome test = await TestAsync();
        Assert.Contains($"[producer] logpath: The last lines of {web1.Fail2BanLog} are {form}", test.Errors);
        Assert.Contains(remedy, test.Errors);
        Assert.Equal(78, test.ExitCode);
    }

    [Theory]
    [InlineData("WARNING")]
    [InlineData("ERROR")]
    [InlineData("CRITICAL")]
    public async Task A_log_level_that_hides_bans_is_named(string level)
    {
        fail2ban = await Fail2Ban.StartAsync(web1, [$"loglevel = {level}"], []);
        Built.Outcome test = await TestAsync();
        Assert.Contains(
            $"fail2ban's loglevel is {level}, so it does not log its bans. Set loglevel = INFO in fail2ban.local, and run fail2ban-client "
                + "set loglevel INFO.",
            test.Errors);
        Assert.Equal(78, test.ExitCode);
        await fail2ban.ClientAsync("set", "loglevel", "NOTICE");
        Assert.DoesNotContain("loglevel", (await TestAsync()).Errors);
    }

    [Fact]
    public async Task A_ban_that_BusyBox_wrote_is_shared()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can give BusyBox's syslogd a /dev of its own.");
        syslog = await BusyBoxSyslog.StartAsync();
        fail2ban = await Fail2Ban.StartAsync(web1, ["logtarget = SYSLOG", $"syslogsocket = {syslog.Socket}"], []);
        Daemon producer = await web1.StartProducerAsync(
            "F2BBROKER_PRODUCER__FORMAT=syslog",
            $"F2BBROKER_PRODUCER__LOGPATH={syslog.Log}");
        await fail2ban.AttackAsync("203.0.113.7");
        await web2.HasBansAsync(1);
        Assert.Equal(["203.0.113.7"], web2.Addresses);
        Assert.Equal(0, producer.Count("cannot be shared"));
    }

    [Fact]
    public async Task A_ban_of_a_jail_with_brackets_in_its_name_is_shared()
    {
        fail2ban = await Fail2Ban.StartAsync(web1);
        await fail2ban.ClientAsync("add", "x[y]", "polling");
        await fail2ban.ClientAsync("start", "x[y]");
        await web1.StartProducerAsync();
        await fail2ban.ClientAsync("set", "x[y]", "banip", "203.0.113.7");
        await web2.HasBansAsync(1);
        Assert.StartsWith("Ban 203.0.113.7 jail=x_y_ server=web1 ", web2.Bans[0]);
    }

    [Fact]
    public async Task A_log_that_fail2ban_does_not_write_to_is_named()
    {
        fail2ban = await Fail2Ban.StartAsync(web1);
        await fail2ban.AttackAsync("203.0.113.7");
        await fail2ban.BansAsync("203.0.113.7");
        Assert.DoesNotContain("logpath", (await TestAsync()).Errors);

        // As an editor does it. fail2ban goes on writing to the old file.
        File.Move(web1.Fail2BanLog, $"{web1.Fail2BanLog}.old");
        File.Copy($"{web1.Fail2BanLog}.old", web1.Fail2BanLog);
        File.SetLastWriteTimeUtc(web1.Fail2BanLog, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-1));
        Built.Outcome test = await TestAsync();
        Assert.Contains("[producer] logpath: fail2ban's jail sshd banned 203.0.113.7 at ", test.Errors);
        Assert.Contains($"but {web1.Fail2BanLog} was last written at ", test.Errors);
        Assert.Contains("Run fail2ban-client flushlogs", test.Errors);
        Assert.Equal(78, test.ExitCode);
        await fail2ban.ClientAsync("flushlogs");
        Assert.DoesNotContain("logpath", (await TestAsync()).Errors);
    }

    private Task<Built.Outcome> TestAsync() => Built.RunAsync(
        Built.Producer,
        ["--config", web1.Configuration, "--test=config", "--socket", Path.Combine(web1.Folder, "socket")]);
}
