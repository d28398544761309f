namespace F2bBroker.EndToEndTests.Machines;

/// <summary>The documented operations on running servers: another source, another login, a reboot, and the removal.</summary>
[Trait("Form", "package")]
[Collection<InstalledGroupCollection>]
public sealed class OperationTests
{
    private const string Units = InstalledGroup.Units;

    private readonly InstalledGroup group;

    public OperationTests(InstalledGroup group)
    {
        group.SkipIfMissing();
        this.group = group;
    }

    [Fact]
    public async Task The_producers_unit_reads_the_journal()
    {
        await group.Web1.RunAsync("""
            printf '[Definition]\nlogtarget = SYSTEMD-JOURNAL\n' >/etc/fail2ban/fail2ban.local
            cp -p /etc/f2bbroker/f2bbroker.local before
            printf '[producer]\nsource = journal\n' >>/etc/f2bbroker/f2bbroker.local
            systemctl restart fail2ban f2bbroker-producer
            """);
        await group.Web1.EventuallyAsync("fail2ban-client ping");
        await group.TravelsAsync("203.0.113.30");
        await group.Web1.RunAsync(
            "systemctl stop f2bbroker-producer; fail2ban-client set sshd banip 203.0.113.31; systemctl start f2bbroker-producer");
        await group.ArrivesAsync("203.0.113.31");
        await group.Web1.RunAsync(
            "rm /etc/fail2ban/fail2ban.local; cp -p before /etc/f2bbroker/f2bbroker.local; systemctl restart fail2ban f2bbroker-producer");
        await group.Web1.EventuallyAsync("fail2ban-client ping");
        await group.TravelsAsync("203.0.113.32");
    }

    [Fact]
    public async Task A_server_logs_in_by_its_certificate()
    {
        await group.Broker.RunAsync(Documented.Commands("docs/tls.md", "## The broker accepts certificates"));
        IEnumerable<string> sign = InstalledGroup.BrokerCommands.Where(line => line.Contains("$NAME.csr", StringComparison.Ordinal));
        string enroll = Documented.Commands("docs/tls.md", "## A server logs in with its certificate");
        await group.AsOperatorAsync($"NAME=web1\n{string.Join('\n', sign)}\n{enroll}");
        await group.Web1.RunAsync(Documented.Commands("docs/tls.md", "`--force` is for a server"));
        await group.TravelsAsync("203.0.113.40");
        Assert.Equal(
            "web1\tEXTERNAL\nweb2\tPLAIN",
            await group.Broker.RunAsync("rabbitmqctl --quiet list_connections user auth_mechanism | sort -u | grep web"));
        Assert.Equal("f2bbroker 600", await group.Web1.RunAsync("stat -c '%U %a' /etc/f2bbroker/web1.key"));
    }

    [Fact]
    public async Task Servers_that_boot_while_the_broker_is_unavailable_share_their_bans_when_it_returns()
    {
        await group.Broker.ShutDownAsync();
        await group.Web1.ShutDownAsync();
        await group.Web2.ShutDownAsync();
        await group.Web1.BootAsync();
        await group.Web2.BootAsync();
        foreach (Machine server in new[] { group.Web1, group.Web2 })
        {
            Assert.Equal("active\nactive", await server.RunAsync($"systemctl is-active {Units}"));
        }

        await group.Web1.RunAsync("fail2ban-client set sshd banip 203.0.113.50");
        await group.Broker.BootAsync();
        await group.ArrivesAsync("203.0.113.50");
    }

    [Fact]
    public async Task A_server_whose_package_is_purged_keeps_fail2ban_and_can_be_installed_again()
    {
        await group.Web2.RunAsync("apt-get purge f2bbroker");
        Assert.Equal(
            "",
            await group.Web2.RunAsync(
                "find /etc /usr /run /var/lib/[!a]* /var/log -xdev -name '*f2bbroker*'; getent passwd f2bbroker || true"));
        // systemd forgets a unit some time after its file is gone.
        await group.Web2.EventuallyAsync("test -z \"$(systemctl list-units --all --plain --no-legend 'f2bbroker*')\"");
        await group.Web2.RunAsync("systemctl restart fail2ban");
        await group.Web2.EventuallyAsync("fail2ban-client status sshd");
        await InstalledGroup.InstallServerAsync(group.Web2);
        await group.TravelsAsync("203.0.113.60");
    }
}
