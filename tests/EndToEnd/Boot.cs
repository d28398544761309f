namespace F2bBroker.EndToEndTests;

/// <summary>A real journald of its own, in a mount namespace that shows it another boot's id; its journal is a folder.</summary>
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

    /// <param name="folder">Where the journals of all boots stand.</param>
    /// <param name="idFile">Holds its id.</param>
    public static async Task<Boot> StartAsync(string folder, string idFile)
    {
        Boot boot = new(folder, idFile);
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

    /// <summary>Has the journal take down, as the unit's word, what fail2ban would send for a ban.</summary>
    public async Task BanAsync(UnitCgroup unit, string ip)
    {
        string send = $"from systemd import journal; journal.send('[sshd] Ban {ip}', LOGGER='fail2ban.actions', PRIORITY='4')";
        await using Daemon sender = unit.Send(["nsenter", .. Inside, .. UnitCgroup.Python(send)]);
        await unit.IsHeardAsync(ip, () => $"{sender.Said} {journald.Said}", [$"--directory={folder}"]);
    }

    public async ValueTask DisposeAsync()
    {
        await journald.StopAsync();
        await journald.DisposeAsync();
    }

    private string[] Inside => [$"--mount=/proc/{journald.Id}/ns/mnt"];
}
