namespace F2bBroker.EndToEndTests.Machines;

/// <summary>A new operator's tasks: the README's first check, and the faults of docs/operate.md on servers with systemd.</summary>
[Trait("Form", "package")]
[Collection<InstalledGroupCollection>]
public sealed class OperatorTests
{
    private readonly InstalledGroup group;

    public OperatorTests(InstalledGroup group)
    {
        group.SkipIfMissing();
        this.group = group;
    }

    [Fact]
    public async Task The_first_check_bans_an_address_on_every_server_and_the_ban_can_be_removed_on_all()
    {
        int documented = CountGood(File.ReadLines(Repository.Path("docs/operate.md")).Select(line => line.Trim()));
        foreach (Machine server in new[] { group.Web1, group.Web2 })
        {
            string findings = await DoctorAsync(server);
            Assert.DoesNotMatch("(?m)^FAULT  (?!clock)", findings);
            Assert.Equal(documented, CountGood(findings.Split('\n')));
        }

        string seen = await group.AsOperatorAsync(
            Documented
                .Commands("README.md", "**See that it works.**")
                .Replace(
                    "f2bbroker watch",
                    "timeout --preserve-status --signal=INT 10 f2bbroker watch --since 1m",
                    StringComparison.Ordinal));
        Assert.Matches("(?m) 203.0.113.7 +manual +operator$", seen);
        await group.Web1.EventuallyAsync("fail2ban-client get f2bbroker banip | grep -wF 203.0.113.7");
        await group.ArrivesAsync("203.0.113.7");
        string pardons = await group.AsOperatorAsync(Documented.Commands("docs/operate.md", "## A false positive"));
        Assert.Matches(@"(?m)^203\.0\.113\.7 +20[^ ]+Z +operator +20[^ ]+Z +our office$", pardons);
        foreach (Machine server in new[] { group.Web1, group.Web2 })
        {
            await server.EventuallyAsync("grep -q ' Pardon 203.0.113.7 operator=operator until=' /var/log/f2bbroker/bans.log");
        }
    }

    [Fact]
    public async Task A_stopped_daemon_and_a_deleted_queue_are_reported()
    {
        await group.Web2.RunAsync("systemctl stop f2bbroker-consumer");
        await group.Broker.RunAsync("rabbitmqctl --quiet delete_queue --vhost f2b f2b.bans.web2");
        await StatusReportsAsync(
            ": on web2, systemctl start f2bbroker-consumer.",
            "web2 has no queue f2b.bans.web2: somebody deleted it.");
        string findings = await DoctorAsync(group.Web2);
        Assert.Matches("(?m)^FAULT  f2bbroker-consumer is inactive: systemctl enable --now f2bbroker-consumer;", findings);
        Assert.Matches("(?m)^FAULT  queue f2b.bans.web2: it does not exist,", findings);
        await group.Web1.RunAsync("fail2ban-client set sshd banip 203.0.113.70");
        await group.Web2.RunAsync("systemctl enable --now f2bbroker-consumer");
        await group.ArrivesAsync("203.0.113.70");
    }

    [Fact]
    public async Task A_changed_password_is_reported_and_rotate_replaces_it()
    {
        await group.Broker.RunAsync("rabbitmqctl --quiet change_password web2 another");
        Assert.Matches(
            "(?m)^FAULT  broker: .* refuses the login of 'web2': unknown user or wrong password",
            await DoctorAsync(group.Web2));
        await group.AsOperatorAsync(
            Documented.Commands("docs/operate.md", "## A new password").Replace("web1", "web2", StringComparison.Ordinal));
        Assert.DoesNotMatch("(?m)^FAULT  (?!clock)", await DoctorAsync(group.Web2));
        // OperationTests installs the server again from this file.
        await group.Web2.RunAsync("cp /etc/f2bbroker/f2bbroker.local web2.local");
        await group.TravelsAsync("203.0.113.71");
    }

    [Fact]
    public async Task A_missing_jail_is_reported()
    {
        await group.Web2.RunAsync("printf '[f2bbroker]\\nenabled = false\\n' >/etc/fail2ban/jail.d/zz.local && systemctl restart fail2ban");
        await group.Web2.EventuallyAsync("fail2ban-client ping");
        Assert.Matches("(?m)^FAULT  fail2ban's jail f2bbroker: it does not exist.", await DoctorAsync(group.Web2));
        await group.Web2.RunAsync("rm /etc/fail2ban/jail.d/zz.local && fail2ban-client reload");
        await group.TravelsAsync("203.0.113.72");
    }

    /// <summary>Counts the lines of <c>doctor</c> without a fault. The clock does not count: nothing synchronises it here.</summary>
    private static int CountGood(IEnumerable<string> lines) =>
        lines.Count(line => line.StartsWith("ok ", StringComparison.Ordinal) && !line.Contains("clock", StringComparison.Ordinal));

    private static async Task<string> DoctorAsync(Machine server) => (await server.TryAsync("f2bbroker doctor")).Output;

    private async Task StatusReportsAsync(params string[] messages)
    {
        string status = "";
        await Eventually.TrueAsync(
            async () => messages.All((status = await group.AsOperatorAsync("f2bbroker status")).Contains),
            () => status,
            TimeSpan.FromMinutes(2));
    }
}
