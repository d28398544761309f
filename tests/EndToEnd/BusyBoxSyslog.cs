namespace F2bBroker.EndToEndTests;

/// <summary>BusyBox's syslogd, with a socket of its own in place of /dev/log.</summary>
internal sealed class BusyBoxSyslog : IAsyncDisposable
{
    private readonly TempFolder folder = new();
    private readonly Daemon process;

    private BusyBoxSyslog()
    {
        Directory.CreateDirectory(folder["dev"]);
        // It knows no other socket than /dev/log, so it sees another /dev.
        process = new Daemon(
            "unshare",
            ["--mount", "sh", "-c", $"mount --bind {folder["dev"]} /dev && exec busybox syslogd -n -O {Log}"]);
    }

    public string Log => folder["messages"];

    public string Socket => folder["dev/log"];

    public static async Task<BusyBoxSyslog> StartAsync()
    {
        BusyBoxSyslog syslog = new();
        await Eventually.TrueAsync(() => File.Exists(syslog.Socket) && File.Exists(syslog.Log), () => syslog.process.Said);
        return syslog;
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        folder.Dispose();
    }
}
