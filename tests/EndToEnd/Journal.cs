using System.Net.Sockets;

namespace F2bBroker.EndToEndTests;

/// <summary>systemd's journal: the one of this machine if it runs, otherwise a real journald as a child process.</summary>
internal sealed class Journal : IAsyncDisposable
{
    /// <summary>The socket on which the journal receives syslog messages. With systemd, /dev/log is a link to it.</summary>
    public const string SyslogSocket = "/run/systemd/journal/dev-log";

    private static readonly string[] Folders = ["/run/systemd/journal", "/run/log/journal"];

    private readonly List<string> created = [];
    private Daemon? journald;

    public static async Task<Journal> StartAsync()
    {
        Journal journal = new();
        if (!IsLive())
        {
            journal.created.AddRange(Folders.Where(folder => !Directory.Exists(folder)));
            journal.journald = new Daemon("/lib/systemd/systemd-journald", []);
            await Eventually.TrueAsync(IsLive, () => journal.journald.Said);
        }

        return journal;
    }

    public async ValueTask DisposeAsync()
    {
        if (journald is not null)
        {
            await journald.StopAsync();
            await journald.DisposeAsync();
            created.ForEach(folder => Directory.Delete(folder, recursive: true));
        }
    }

    private static bool IsLive()
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(SyslogSocket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
