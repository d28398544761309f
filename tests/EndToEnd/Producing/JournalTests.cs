using System.Text.Json;
using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests.Producing;

/// <summary>Bans that fail2ban logs to a real journal.</summary>
public sealed class JournalTests(TestBroker broker) : IAsyncLifetime
{
    private static readonly string[] FromJournal = ["F2BBROKER_PRODUCER__SOURCE=journal", "F2BBROKER_PRODUCER__START=end"];

    private TestGroup? group;
    private UnitCgroup unit = null!;
    private Server web1 = null!;
    private Server web2 = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Starting a journal, and a process in the cgroup of a unit, needs root.");
        group = await TestGroup.StartAsync(broker);
        group.Add(await Journal.StartAsync());
        unit = group.Add(new UnitCgroup("fail2ban.service"));
        web1 = await group.EnrollAsync("web1");
        web2 = await group.EnrollAsync("web2");
        await web2.StartConsumerAsync();
    }

    public ValueTask DisposeAsync() => group?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Theory]
    [Trait("Form", "slow")]
    [InlineData("SYSTEMD-JOURNAL")]
    [InlineData("SYSLOG")]
    [InlineData("SYSLOG[padding=on]")]
    public async Task Bans_reach_a_peer_even_if_the_producer_was_stopped(string logTarget)
    {
        Fail2Ban fail2ban = await StartFail2BanAsync(logTarget);
        Daemon producer = await web1.StartProducerAsync(FromJournal);
        await fail2ban.AttackAsync("203.0.113.7");
        await web2.HasBansAsync(1);
        Assert.Equal(0, await producer.StopAsync());
        await fail2ban.AttackAsync("203.0.113.8");
        await fail2ban.BansAsync("203.0.113.8");
        await fail2ban.AttackAsync("2001:db8::9");
        await fail2ban.BansAsync("2001:db8::9");
        producer = await web1.StartProducerAsync(FromJournal);
        await web2.HasBansAsync(3);
        Assert.Equal(["2001:db8::9", "203.0.113.7", "203.0.113.8"], web2.Addresses.Order());
        Assert.Equal(0, producer.Count("no longer contains"));
    }

    /// <summary>In a container, systemd-nspawn gives the journal another boot id than a unit sees in its new /proc.</summary>
    [Fact]
    public async Task A_producer_that_sees_another_boot_id_than_the_journal_follows_it()
    {
        Fail2Ban fail2ban = await StartFail2BanAsync("SYSTEMD-JOURNAL");
        string elsewhere = Path.Combine(web1.Folder, "elsewhere");
        string boot = Path.Combine(web1.Folder, "boot_id");
        File.WriteAllText(boot, $"{Guid.NewGuid()}\n");
        File.WriteAllText(elsewhere, $"""
            #!/bin/sh
            exec unshare --mount sh -ec 'mount --bind {boot} /proc/sys/kernel/random/boot_id; exec "$0" "$@"' \
                {Built.PathOf(Built.Producer)} "$@"
            """);
        File.SetUnixFileMode(elsewhere, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Daemon producer = web1.Start(elsewhere, FromJournal);
        await producer.SaysAsync("Following ");
        await fail2ban.AttackAsync("203.0.113.7");
        await web2.HasBansAsync(1);
        await fail2ban.AttackAsync("203.0.113.8");
        await web2.HasBansAsync(2);
    }

    [Fact]
    public async Task Entries_that_others_send_under_fail2bans_name_are_not_shared()
    {
        Fail2Ban fail2ban = await StartFail2BanAsync("SYSTEMD-JOURNAL");
        await web1.StartProducerAsync(FromJournal);
        string socket = Journal.SyslogSocket;
        await RunAsync(
            "logger",
            "--socket",
            socket,
            "--tag",
            "fail2ban.actions",
            "--priority",
            "daemon.notice",
            "NOTICE [sshd] Ban 9.9.9.1");
        await RunAsync(
            "sh",
            "-c",
            """
            printf '%s\n' 'MESSAGE=[sshd] Ban 9.9.9.2' LOGGER=fail2ban.actions PRIORITY=4 SYSLOG_IDENTIFIER=fail2ban \
                _SYSTEMD_UNIT=fail2ban.service UNIT=fail2ban.service |
            logger --journald
            """);
        // In fail2ban's own unit, where its actions run too: a message of another logger, and one on standard output.
        string send =
            $"import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'<29>action[1]: NOTICE [sshd] Ban 9.9.9.3', "
                + $"'{socket}')";
        await using Daemon action = unit.Send(UnitCgroup.Python(send));
        await using Daemon output = unit.Send([
            "systemd-cat",
            "--identifier=fail2ban.actions",
            "--priority=notice",
            .. UnitCgroup.Python("print('NOTICE [sshd] Ban 9.9.9.4', flush=True)"),
        ]);
        await unit.IsLoggedAsync("9.9.9.3");
        await unit.IsLoggedAsync("9.9.9.4");
        await fail2ban.AttackAsync("203.0.113.7");
        await web2.HasBansAsync(1);
        Assert.Equal(["203.0.113.7"], web2.Addresses);
    }

    [Fact]
    public async Task A_journalctl_that_ends_is_restarted_and_it_ends_with_a_killed_producer()
    {
        Fail2Ban fail2ban = await StartFail2BanAsync("SYSTEMD-JOURNAL");
        Daemon producer = await web1.StartProducerAsync(FromJournal);
        await RunAsync("kill", await ChildAsync(producer));
        await producer.SaysAsync("journalctl ended with 143. Restarting journalctl from the last entry. No ban is lost.");
        await fail2ban.AttackAsync("203.0.113.7");
        await web2.HasBansAsync(1);
        string child = await ChildAsync(producer);
        await producer.KillAsync();
        await Eventually.TrueAsync(() => !Directory.Exists($"/proc/{child}"), () => $"journalctl, process {child}, still runs.");
    }

    [Fact]
    public async Task A_missing_journal_entry_is_logged_and_later_bans_are_shared()
    {
        Fail2Ban fail2ban = await StartFail2BanAsync("SYSTEMD-JOURNAL");
        Assert.Equal(0, await (await web1.StartProducerAsync(FromJournal)).StopAsync());
        await fail2ban.AttackAsync("203.0.113.7");
        await fail2ban.BansAsync("203.0.113.7");
        JsonNode checkpoint = JsonNode.Parse(File.ReadAllText(web1.Checkpoint))!;
        // A cursor of a journal and a boot that do not exist, so journalctl continues at its time.
        string[] parts = checkpoint["cursor"]!.GetValue<string>().Split(';');
        long time = Convert.ToInt64(parts[4][2..], 16) + 1;
        checkpoint["cursor"] = $"s={new string('0', 32)};{parts[1]};b={new string('0', 32)};{parts[3]};t={time:x};{parts[5]}";
        File.WriteAllText(web1.Checkpoint, checkpoint.ToJsonString());
        Daemon producer = await web1.StartProducerAsync(FromJournal);
        await web2.HasBansAsync(1);
        await producer.SaysAsync("The journal no longer contains the last entry that was read.");
    }

    [Fact]
    public async Task Bans_that_were_logged_before_a_reboot_are_shared()
    {
        string journals = Directory.CreateDirectory(Path.Combine(web1.Folder, "journals")).FullName;
        string programs = Directory.CreateDirectory(Path.Combine(web1.Folder, "programs")).FullName;
        string lastBoot = Path.Combine(web1.Folder, "boot");
        File.WriteAllText(lastBoot, "11111111-2222-3333-4444-555555555555\n");
        File.WriteAllText(Path.Combine(programs, "journalctl"), $"#!/bin/sh\nexec /usr/bin/journalctl --directory={journals} \"$@\"\n");
        File.SetUnixFileMode(Path.Combine(programs, "journalctl"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string[] fromJournals = [.. FromJournal, $"PATH={programs}:{Environment.GetEnvironmentVariable("PATH")}"];
        await using (Boot last = await Boot.StartAsync(journals, lastBoot))
        {
            await last.BanAsync(unit, "203.0.113.1");
            Assert.Equal(0, await (await web1.StartProducerAsync(fromJournals)).StopAsync());
            await last.BanAsync(unit, "203.0.113.2");
        }

        await using Boot current = await Boot.StartAsync(journals, "/proc/sys/kernel/random/boot_id");
        await current.BanAsync(unit, "203.0.113.3");
        await web1.StartProducerAsync(fromJournals);
        await web2.HasBansAsync(2);
        Assert.Equal(["203.0.113.2", "203.0.113.3"], web2.Addresses.Order());
    }

    [Fact]
    public async Task A_changed_source_is_logged_and_causes_a_first_start()
    {
        await (await web1.StartProducerAsync()).StopAsync();
        Daemon producer = await web1.StartProducerAsync(FromJournal);
        await producer.SaysAsync("The checkpoint belongs to another [producer] source than the configured one.");
        await producer.StopAsync();
        Assert.Equal("journal", JsonDocument.Parse(File.ReadAllText(web1.Checkpoint)).RootElement.GetProperty("source").GetString());
    }

    private async Task<Fail2Ban> StartFail2BanAsync(string logTarget) => group!.Add(await Fail2Ban.StartAsync(web1, unit, logTarget));

    private static async Task RunAsync(string program, params IEnumerable<string> arguments)
    {
        Built.Outcome outcome = await Built.RunAsync(program, arguments);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }

    /// <summary>Waits until the producer's journalctl follows the journal. Returns its process id.</summary>
    private static async Task<string> ChildAsync(Daemon producer)
    {
        string child = "";
        await Eventually.TrueAsync(
            async () =>
                (child = (await Built.RunAsync("pgrep", ["--parent", $"{producer.Id}", "--full", "--", "--follow"])).Output.Trim()).Length
                > 0,
            () => "The producer runs no journalctl.");
        return child;
    }
}
