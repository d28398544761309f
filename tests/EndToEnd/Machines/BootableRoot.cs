namespace F2bBroker.EndToEndTests.Machines;

/// <summary>
/// A clean Debian in a folder from which machines boot. It has systemd and ssh, and the packages that the README installs for apt-get.
/// </summary>
internal sealed class BootableRoot(Debian debian) : IDisposable
{
    // Programs in it need /proc. apt-get keeps downloaded packages and assumes yes, ssh accepts new hosts, and dpkg does not sync to disk.
    private const string Prepare = """
        mount -t proc proc "$0/proc" && exec chroot "$0" sh -ec '
            apt-get -qq update
            apt-get -qq --yes --download-only -o APT::Keep-Downloaded-Packages=true \
                install rabbitmq-server openssl fail2ban tzdata >&2
            ssh-keygen -q -t ed25519 -N "" -f ~/.ssh/id_ed25519
            cp ~/.ssh/id_ed25519.pub ~/.ssh/authorized_keys
            echo "StrictHostKeyChecking accept-new" >~/.ssh/config
            echo "APT::Get::Assume-Yes yes;" >/etc/apt/apt.conf.d/90yes
            echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/unsafe
            rm -f /etc/hostname'
        """;

    private readonly TempFolder folder = new();

    public string Folder => folder.Path;

    /// <param name="hosts">Lines for its hosts(5).</param>
    public async Task InstallAsync(string hosts)
    {
        await DebianRoot.BootstrapAsync(
            debian,
            Folder,
            "adduser ca-certificates dbus iproute2 libssl3 logrotate openssh-server systemd systemd-sysv");
        await File.WriteAllTextAsync(folder["etc/hosts"], $"127.0.0.1 localhost\n{hosts}");
        Directory.CreateDirectory(folder["root/.ssh"]);
        Built.Outcome outcome = await Built.RunAsync(
            "unshare",
            ["--mount", "sh", "-ec", Prepare, Folder],
            "DEBIAN_FRONTEND=noninteractive");
        Assert.True(outcome.ExitCode == 0, $"{outcome.Output}{outcome.Errors}");
        await File.WriteAllTextAsync(folder["etc/resolv.conf"], "");
    }

    public void Dispose() => folder.Dispose();
}
