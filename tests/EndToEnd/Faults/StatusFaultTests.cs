using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>
/// What <c>f2bbroker status</c> prints for the faults of the table in docs/operate.md. Each test causes one on a server of its own, with
/// the real programs.
/// </summary>
[Trait("Form", "slow")]
public sealed class StatusFaultTests(EmptyBroker empty) : IClassFixture<EmptyBroker>, IAsyncDisposable
{
    /// <summary>Settings of a consumer that quarantines a server for its second ban, and reports that at once.</summary>
    private static readonly string[] OneBan = ["maxbans = 1/30m", "history = 0"];

    private readonly TestBroker broker = empty.Broker;
    private readonly TestGroup group = new(empty.Broker);

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task A_stopped_daemon()
    {
        Server server = await group.EnrollAsync("stopped");
        Daemon consumer = await StartBothAsync(server);
        Assert.Equal(0, await consumer.StopAsync());
        await ShowsAsync("its consumer was stopped", server);
    }

    [Fact]
    public async Task A_wrong_password()
    {
        Server server = await group.EnrollAsync("password");
        await StartBothAsync(server);
        Built.Outcome rotate = await broker.AdminAsync("rotate", server.Name, "--out", Path.Combine(server.Folder, "new.local"));
        Assert.True(rotate.ExitCode == 0, rotate.Errors);
        await ShowsAsync("its password is wrong", server);
        Assert.Contains(
            "refuses the login of 'password': unknown user or wrong password.",
            (await Built.RunAsync(Built.Admin, ["doctor", "--config", server.Configuration])).Output);
    }

    [Fact]
    public async Task A_full_disk()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, SmallDisk.SkipReason);
        Server server = await group.EnrollAsync("disk", "history = 0");
        SmallDisk disk = group.Add(await SmallDisk.MountAsync());
        server.MoveBansLog(disk.Path);
        await server.StartConsumerAsync();
        disk.Fill();
        Sender sender = await group.EnrollSenderAsync("disk.sender");
        await sender.PublishBanAsync("203.0.113.1");
        await ShowsAsync("its disk is full", server);
    }

    [Fact]
    public async Task A_missing_log()
    {
        Server server = await group.EnrollAsync("log");
        await server.StartProducerAsync();
        File.Delete(server.Fail2BanLog);
        await ShowsAsync("fail2ban's log is missing", server);
    }

    [Fact]
    public async Task A_loglevel_that_is_too_high()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can give the producer an /etc/fail2ban of its own.");
        Server server = await group.EnrollAsync("loglevel");
        group.Add(await Fail2Ban.StartAsync(server, ["loglevel = WARNING"], []));
        Daemon producer = group.Add(new Daemon(
            "unshare",
            [
                "--mount",
                "sh",
                "-c",
                "mount --bind \"$0\" /etc/fail2ban && exec \"$@\"",
                Path.Combine(server.Folder, "etc"),
                Built.PathOf(Built.Producer),
                "--config",
                server.Configuration,
            ]));
        await producer.SaysAsync("fail2ban's loglevel is WARNING");
        await ShowsAsync("fail2ban's loglevel is too high", server);
    }

    [Fact]
    public async Task A_missing_jail()
    {
        Server server = await group.EnrollAsync("jail", OneBan);
        PortPair ports = await server.MeasureAsync();
        Sender sender = await group.EnrollSenderAsync("jail.sender");
        DateTimeOffset last = TimeProvider.System.GetLocalNow().AddMinutes(-20);
        File.WriteAllText(
            server.Fail2BanLog,
            $"{last:yyyy-MM-dd HH:mm:ss,fff} fail2ban.actions        [1674]: NOTICE  [f2bbroker] Ban 203.0.113.1\n");
        Fail2Ban fail2ban = group.Add(await Fail2Ban.StartAsync(server));
        Assert.Equal(0, (await fail2ban.ClientAsync("stop", "f2bbroker")).ExitCode);
        await server.StartProducerAsync();

        // The consumer writes a ban as it would have ten minutes ago.
        string clock = Path.Combine(server.Folder, "clock");
        File.WriteAllText(clock, "-10m");
        await server.StartConsumerAsync(FakeClock.FromFile(clock));
        string early = UtcTimestamp.Format(TimeProvider.System.GetUtcNow().AddMinutes(-10));
        await sender.PublishAsync($$"""{"ip":"203.0.113.2","jail":"sshd","server":"jail.sender","detectedAt":"{{early}}"}""");
        await Scrape.ShowsAsync(ports.Second, "f2bbroker_ban_lag_seconds_count 1");
        File.WriteAllText(clock, "+0");
        await sender.PublishBanAsync("203.0.113.3");
        await ShowsAsync("the jail f2bbroker is missing", server);
    }

    [Fact]
    public async Task A_ban_action_that_fails_and_a_server_that_reports_too_many_bans()
    {
        Server server = await group.EnrollAsync("web2", OneBan);
        Server reporter = await group.EnrollAsync("flood");
        Sender sender = await group.ConnectAsync(reporter);
        Fail2Ban fail2ban = group.Add(await Fail2Ban.StartAsync(server));
        await fail2ban.ClientAsync("set", "f2bbroker", "action", "record", "actionban", "exit 1");
        await server.StartProducerAsync();
        await server.StartConsumerAsync();
        await sender.PublishBanAsync("203.0.113.1");
        await server.HasBansAsync(1);
        await sender.PublishBanAsync("203.0.113.2");
        await ShowsAsync("it reports more than maxbans", reporter);
        await ShowsAsync("its ban action fails", server);
    }

    [Fact]
    public async Task A_clock_that_is_an_hour_ahead()
    {
        Server server = await group.EnrollAsync("clock");
        await server.StartProducerAsync(FakeClock.Off("+1h"));
        await ShowsAsync("its clock is an hour ahead", server);
    }

    private Task ShowsAsync(string fault, Server server) => FaultRow.ShowsAsync(broker, fault, server.Name);

    /// <summary>Starts both daemons and waits until status shows them. Returns the consumer.</summary>
    private async Task<Daemon> StartBothAsync(Server server)
    {
        Daemon consumer = await server.StartConsumerAsync();
        await server.StartProducerAsync();
        string status = "";
        await Eventually.TrueAsync(
            async () => Regex.IsMatch(
                status = (await broker.AdminAsync("status", "--amqp", broker.Uri)).Output,
                $@"(?m)^{server.Name} +both +classic +consumer [^ ]+ \d+s, producer [^ ]+ \d+s "),
            () => status);
        return consumer;
    }
}
