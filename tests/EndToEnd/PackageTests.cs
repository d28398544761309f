using System.Security.Cryptography;

namespace F2bBroker.EndToEndTests;

/// <summary>The Debian package, from its build to its purge.</summary>
[Trait("Form", "package")]
public sealed class PackageTests : IClassFixture<PackageAndRoot>
{
    private const string Everything =
        "find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /root \\) -prune -o -print | sort";
    private const string LoadsJails = "fail2ban-client -t 2>&1";

    private readonly PackageAndRoot debians;
    private readonly string package;
    private readonly BuiltPackage built;
    private DebianRoot root = null!;

    public PackageTests(PackageAndRoot debians, BuiltPackage built)
    {
        (this.debians, this.built) = (debians, built);
        debians.SkipIfMissing();
        package = debians.Package;
    }

    [Theory]
    [InlineData("trixie", "1.1.0")]
    [InlineData("bookworm", "1.0.2")]
    public async Task The_package_is_installed_upgraded_removed_and_purged_and_no_step_breaks_fail2ban(string suite, string fail2Ban)
    {
        root = await debians.InstallAsync(Debian.Named(suite));
        Assert.Contains(fail2Ban, await root.RunAsync("fail2ban-client --version"), StringComparison.Ordinal);
        (string files, string users) = (await root.RunAsync(Everything), await root.RunAsync("getent passwd; getent group"));
        await InstallAsync(package);
        await AssertInstalledAsync();
        await AssertJailAsync();

        await root.RunAsync(
            "echo '# mine' >>/etc/f2bbroker/f2bbroker.conf; echo line >>/var/log/f2bbroker/bans.log; echo 1 "
                + ">/var/lib/f2bbroker/producer.checkpoint");
        await root.RunAsync("logrotate --force /etc/logrotate.d/f2bbroker");
        Assert.Equal(
            "f2bbroker:adm 640 0\nf2bbroker:adm 640 5",
            await root.RunAsync("stat -c '%U:%G %a %s' /var/log/f2bbroker/bans.log /var/log/f2bbroker/bans.log.1"));
        await InstallAsync(await built.NewerAsync());
        Assert.Equal(
            "# mine\nline\n1",
            await root.RunAsync(
                "tail -n 1 /etc/f2bbroker/f2bbroker.conf; cat /var/log/f2bbroker/bans.log.1 /var/lib/f2bbroker/producer.checkpoint"));
        Assert.Equal("# newer", await root.RunAsync("tail -n 1 /etc/logrotate.d/f2bbroker"));
        await AssertJailAsync();

        await root.RunAsync("dpkg --remove f2bbroker");
        Assert.Equal("", await root.RunAsync("command -v f2bbroker f2bbroker-producer f2bbroker-consumer || true"));
        await AssertJailAsync();

        await root.RunAsync("dpkg --purge f2bbroker");
        Assert.Contains("test is successful", await root.RunAsync(LoadsJails), StringComparison.Ordinal);
        Assert.Equal(users, await root.RunAsync("getent passwd; getent group"));
        // Backups of passwd(5), logrotate's state, and the folder of adduser's lock.
        string[] notOurs =
            ["/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/var/lib/logrotate/status", "/run/adduser"];
        Assert.Empty((await root.RunAsync(Everything)).Split('\n').Except(files.Split('\n')).Except(notOurs));
    }

    [Fact]
    public async Task Lintian_accepts_the_package_and_systemd_analyze_its_units()
    {
        Built.Outcome lintian = await Built.RunAsync("lintian", ["--fail-on", "error", "--allow-root", package]);
        Assert.True(lintian.ExitCode == 0, $"{lintian.Output}{lintian.Errors}");
        foreach (string daemon in new[] { Built.Producer, Built.Consumer })
        {
            // The threshold is in tenths.
            Built.Outcome rating = await Built.RunAsync("systemd-analyze",
                ["security", "--offline=true", "--no-pager", "--threshold=20", Repository.Path($"deploy/systemd/{daemon}.service")]);
            Assert.True(rating.ExitCode == 0, rating.Output);
        }
    }

    [Fact]
    public async Task Two_builds_of_one_commit_are_identical()
    {
        using TempFolder folder = new();
        string again = await BuiltPackage.BuildAsync(folder.Path);
        Assert.Equal(SHA256.HashData(File.ReadAllBytes(package)), SHA256.HashData(File.ReadAllBytes(again)));
    }

    private async Task InstallAsync(string file)
    {
        string name = Path.GetFileName(file);
        File.Copy(file, Path.Combine(root.Folder, "tmp", name));
        await root.RunAsync($"dpkg --install /tmp/{name} </dev/null");
    }

    private async Task AssertInstalledAsync()
    {
        foreach (string program in new[] { Built.Admin, Built.Producer, Built.Consumer })
        {
            Assert.Equal(await root.RunAsync("dpkg-query -f '${Version}' -W f2bbroker"), await root.RunAsync($"{program} --version"));
        }

        Assert.Equal(
            "/var/lib/f2bbroker f2bbroker:f2bbroker 700\n/var/log/f2bbroker f2bbroker:f2bbroker 755\n/var/log/f2bbroker/bans.log "
                + "f2bbroker:adm 640",
            await root.RunAsync("stat -c '%n %U:%G %a' /var/lib/f2bbroker /var/log/f2bbroker /var/log/f2bbroker/bans.log"));
        Assert.Equal("", await root.RunAsync("find /etc/systemd -name '*f2bbroker*'"));
        // As in the unit, but without its credential. The shipped configuration is read.
        await root.RunAsync("touch /var/log/fail2ban.log && chgrp adm /var/log/fail2ban.log");
        foreach (string daemon in new[] { Built.Producer, Built.Consumer })
        {
            await root.RunAsync(
                $"F2BBROKER_SERVER__NAME=web1 F2BBROKER_BROKER__PASSWORD=x setpriv --reuid f2bbroker --regid f2bbroker --groups adm "
                    + $"{daemon} --test=config");
        }
    }

    private async Task AssertJailAsync()
    {
        Assert.Contains("test is successful", await root.RunAsync(LoadsJails), StringComparison.Ordinal);
        const string monitors = "['set', 'f2bbroker', 'addlogpath', '/var/log/f2bbroker/bans.log', 'head']";
        string pardons = monitors.Replace("'f2bbroker'", "'f2bbroker-pardon'", StringComparison.Ordinal);
        string jails = await root.RunAsync("fail2ban-client -d");
        Assert.Contains(monitors, jails, StringComparison.Ordinal);
        Assert.DoesNotContain(pardons, jails, StringComparison.Ordinal);
        string enabled = await root.RunAsync(
            "printf '[f2bbroker-pardon]\nenabled = true\n' >/etc/fail2ban/jail.d/zz.local; fail2ban-client -d; "
                + "rm /etc/fail2ban/jail.d/zz.local");
        Assert.Contains(pardons, enabled, StringComparison.Ordinal);
        Assert.Contains("'fail2ban-client -c /etc/fail2ban'", enabled, StringComparison.Ordinal);
    }
}
