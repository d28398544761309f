using System.Globalization;
using System.IO.Compression;
using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Consuming;

/// <summary><c>trial = true</c> with a real fail2ban, its end, and the rules of <c>[from NAME]</c>.</summary>
public sealed class TrialTests(TestBroker broker) : IAsyncLifetime
{
    private const string Ended = "A trial has ended: ";

    private TestGroup group = null!;
    private Server receiver = null!;
    private Sender web1 = null!;
    private Sender web9 = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        receiver = await group.EnrollAsync("web2");
        web1 = await group.EnrollSenderAsync("web1");
        web9 = await group.EnrollSenderAsync("web9");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task On_trial_nothing_is_banned_and_at_its_end_each_ban_is_evaluated_again_and_banned_once()
    {
        Fail2Ban fail2ban = group.Add(await Fail2Ban.StartAsync(receiver));
        PortPair ports = await receiver.MeasureAsync();
        string settings = await File.ReadAllTextAsync(receiver.Configuration, TestContext.Current.CancellationToken);
        HealthQueue health = await HealthQueue.BindAsync(broker);
        await ConfigureAsync("[consumer]\ntrial = true\n[from web9]\ntrial = false\n");
        Daemon consumer = await receiver.StartConsumerAsync();
        await consumer.SaysAsync("Trial is on ([consumer] trial): the bans of all servers except web9 are written as Trial, and fail2ban ");
        await web1.PublishBanAsync("203.0.113.1");
        await web1.PublishBanAsync("203.0.113.2");
        await Scrape.ShowsAsync(
            ports.Second,
            "f2bbroker_bans_trial_total{origin=\"web1\"} 2",
            "f2bbroker_bans_written_total{origin=\"web1\"} 0");

        // logrotate compresses the log of the first two. The next lines are in a new one.
        File.Move(receiver.BansLog, $"{receiver.BansLog}.1");
        await web1.PublishBanAsync("203.0.113.3");
        await web9.PublishBanAsync("203.0.113.9");
        await fail2ban.BansAsync("203.0.113.9");
        Compress($"{receiver.BansLog}.1", $"{receiver.BansLog}.2.gz");
        Assert.Equal(["203.0.113.9"], fail2ban.Banned);
        Assert.Equal(0, await consumer.StopAsync());
        Assert.True((bool?)(await health.ShowsAsync("consumer", message => (string?)message["state"] == "stopped", "web2"))["trial"]);

        await ConfigureAsync("[consumer]\nignoreip = 203.0.113.2\nmaxbans = 1/10m\n");
        consumer = await receiver.StartConsumerAsync();
        await consumer.SaysAsync($"{Ended}2 of 3 bans are now written as Ban, the others are skipped.");
        await fail2ban.BansAsync("203.0.113.1");
        await fail2ban.BansAsync("203.0.113.3");
        string[] banned = ["203.0.113.1", "203.0.113.3", "203.0.113.9"];
        Assert.Equal(banned, Bans().Order());

        await consumer.KillAsync();
        consumer = await receiver.StartConsumerAsync();
        await consumer.SaysAsync($"{Ended}0 of 1 bans are");
        Assert.Equal(0, await consumer.StopAsync());
        Assert.Equal(banned, Bans().Order());
        Assert.Equal(banned, fail2ban.Banned.Order());

        Task ConfigureAsync(string consumerSettings) => File.WriteAllTextAsync(receiver.Configuration, $"{settings}\n{consumerSettings}");
    }

    [Fact]
    public async Task A_kill_while_trials_become_bans_neither_loses_nor_repeats_one()
    {
        const int Count = 20_000;
        DateTimeOffset at = TimeProvider.System.GetUtcNow().AddMinutes(-10);
        Ban[] trials =
        [
            .. Enumerable.Range(0, Count).Select(i => new Ban(Subnet.Parse($"198.18.{i / 256}.{i % 256}")!, "sshd", "web1", at)),
        ];
        await File.WriteAllTextAsync(
            receiver.BansLog,
            string.Concat(trials.Select(ban => MonitoredLogLine.Format(at, MonitoredLogLine.TrialText(ban)))),
            TestContext.Current.CancellationToken);
        FileInfo written = new(receiver.BansLog);
        long before = written.Length;
        Daemon consumer = receiver.Start(Built.Consumer);
        await Eventually.TrueAsync(
            () =>
            {
                written.Refresh();
                return written.Length > before;
            },
            () => receiver.Said);
        await consumer.KillAsync();

        // A torn last line, as after a crash of the host. The kill may have torn it before.
        await using (FileStream log = File.OpenWrite(receiver.BansLog))
        {
            log.SetLength(log.Length - 20);
        }

        int whole = WholeLines().Count();
        TestContext.Current.SendDiagnosticMessage("{0} of {1} trials were bans after the kill", whole, Count);
        consumer = await receiver.StartConsumerAsync();
        int rest = Count - whole;
        await consumer.SaysAsync(string.Create(CultureInfo.InvariantCulture, $"{Ended}{rest} of {rest} bans are now written as Ban"));
        Assert.Equal(0, await consumer.StopAsync());
        Assert.Equal(
            trials.Select(MonitoredLogLine.BanText).Order(StringComparer.Ordinal),
            WholeLines().Order(StringComparer.Ordinal));
        consumer = await receiver.StartConsumerAsync();
        Assert.Equal(0, await consumer.StopAsync());
        Assert.Equal(0, consumer.Count(Ended));

        IEnumerable<string> WholeLines() =>
            receiver.Bans.Where(line => line.StartsWith("Ban ", StringComparison.Ordinal) && line.EndsWith('Z'));
    }

    [Fact]
    public async Task A_server_has_limits_and_a_selection_of_its_own()
    {
        Fail2Ban fail2ban = group.Add(await Fail2Ban.StartAsync(receiver));
        await File.AppendAllTextAsync(
            receiver.Configuration,
            "\njails = sshd\n[from web9]\njails = postfix\nminprefix4 = 24\nmaxbans = 2/10m\n",
            TestContext.Current.CancellationToken);
        Daemon consumer = await receiver.StartConsumerAsync();
        foreach (string ip in new[] { "198.51.100.0/24", "203.0.113.1", "203.0.113.2" })
        {
            await web9.PublishBanAsync(ip);
            await web9.PublishAsync(web9.Body(ip).Replace("sshd", "postfix", StringComparison.Ordinal));
            await web1.PublishBanAsync(ip);
            await web1.PublishAsync(web1.Body(ip).Replace("sshd", "postfix", StringComparison.Ordinal));
        }

        await broker.RefusedAsync(1);
        await receiver.HasBansAsync(4);
        Assert.Equal(
            [
                "Ban 198.51.100.0/24 jail=postfix server=web9",
                "Ban 203.0.113.1 jail=postfix server=web9",
                "Ban 203.0.113.1 jail=sshd server=web1",
                "Ban 203.0.113.2 jail=sshd server=web1",
            ],
            receiver.Bans.Select(line => line[..line.IndexOf(" detected", StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
        await consumer.SaysOnceAsync("web9 is quarantined: it reported more than 2 bans within 10 minutes (maxbans).");
        await fail2ban.BansAsync("198.51.100.0/24");
        await fail2ban.BansAsync("203.0.113.2");
    }

    [Fact]
    public async Task The_test_of_the_configuration_names_a_trial_and_errors_of_a_servers_section()
    {
        string good = await File.ReadAllTextAsync(receiver.Configuration, TestContext.Current.CancellationToken);
        Built.Outcome test = await TestAsync("[from web9]\ntrial = true\n");
        Assert.Equal(
            (0, "Trial is on for web9 ([from NAME] trial): their bans are written as Trial, and fail2ban bans none of them."),
            (test.ExitCode, test.Errors.Split('\n')[0]));
        test = await TestAsync("[from web_9]\nquorum = none\nmaxage = 1d\n");
        Assert.Equal(78, test.ExitCode);
        Assert.Contains("[from web_9] 'web_9' is not a server name (", test.Errors);
        Assert.Contains("[from web_9] quorum: 'none' is not a number of servers from 1 to 1000.", test.Errors);
        Assert.Contains("[from web_9] 'maxage' is not a known key.", test.Errors);
        test = await TestAsync("[from web9]\nquorum = 1\n", "F2BBROKER_from web9__quorum=many");
        Assert.Contains("[from web9] quorum: 'many' is not a number of servers from 1 to 1000.", test.Errors);

        async Task<Built.Outcome> TestAsync(string settings, params string[] environment)
        {
            await File.WriteAllTextAsync(receiver.Configuration, $"{good}\n{settings}");
            return await Built.RunAsync(Built.Consumer, ["--config", receiver.Configuration, "--test=config"], environment);
        }
    }

    /// <summary>Returns the address of each Ban line of the log.</summary>
    private IEnumerable<string> Bans() =>
        receiver.Bans.Select(line => line.Split(' ')).Where(words => words[0] == "Ban").Select(words => words[1]);

    private static void Compress(string file, string archive)
    {
        using (FileStream plain = File.OpenRead(file))
        using (GZipStream packed = new(File.Create(archive), CompressionLevel.Fastest))
        {
            plain.CopyTo(packed);
        }

        File.Delete(file);
    }
}
