namespace F2bBroker.EndToEndTests;

/// <summary>A private journald in a mount namespace, which shows it another boot id. Its journal is a folder.</summary>
internal sealed class Boot : IAsyncDisposable
{
    private const string Script = """
        mount --bind "$1" /run/log/journal && mount -t tmpfs tmpfs /run/systemd/journal &&
        mount --bind "$2" /proc/sys/kernel/random/boot_id && exec /lib/systemd/systemd-journald
        """;

    private readonly string folder;
    private readonly Daemon journald;

    private Boot(string folder, string idFile)
    {
        this.folder = folder;
        journald = new Daemon("unshare", ["--mount", "sh", "-c", Script, "sh", folder, idFile]);
    }

    /// <param name="folder">The folder of the journals of all boots.</param>
    /// <param name="idFile">The file with its boot id.</param>
    public static async Task<Boot> StartAsync(string folder, string idFile)
    {
        Boot boot = new(folder, idFile);
        // Until the script has mounted its folders, a process that enters finds the sockets of another journald.
        await boot.journald.RunsAsync("systemd-journal");
        await Eventually.TrueAsync(
            async () =>
                (
                    await Built.RunAsync(
                        "nsenter",
                        [.. boot.Inside, "test", "-S", "/run/systemd/journal/socket", "-a", "-S", Journal.SyslogSocket])
                ).ExitCode == 0,
            () => boot.journald.Said);
        return boot;
    }

    /// <summary>Sends the entry that fail2ban sends for a ban, from a process of the unit.</summary>
    public async Task BanAsync(UnitCgroup unit, string ip)
    {
        string send = $"from systemd import journal; journal.send('[sshd] Ban {ip}', LOGGER='fail2ban.actions', PRIORITY='4')";
        await using Daemon sender = unit.Send(["nsenter", .. Inside, .. UnitCgroup.Python(send)]);
        await unit.IsLoggedAsync(ip, () => $"{sender.Said} {journald.Said}", [$"--directory={folder}"]);
    }

    public async ValueTask DisposeAsync()
    {
        await journald.StopAsync();
        await journald.DisposeAsync();
    }

    private string[] Inside => [$"--mount=/proc/{journald.Id}/ns/mnt"];
}
