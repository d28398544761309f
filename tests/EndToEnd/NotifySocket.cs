using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace F2bBroker.EndToEndTests;

/// <summary>systemd's end of sd_notify(3): a socket that keeps what a daemon says.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly ConcurrentQueue<string> said = new();

    public NotifySocket()
    {
        socket.Bind(new UnixDomainSocketEndPoint(folder["notify"]));
        _ = ListenAsync();
    }

    /// <summary>What systemd would set for a unit with <c>WatchdogSec=1</c>.</summary>
    public IEnumerable<string> Environment => [$"NOTIFY_SOCKET={folder["notify"]}", "WATCHDOG_USEC=1000000"];

    public IReadOnlyList<string> Said => [.. said];

    public Task HearsAsync(int signsOfLife, Func<string> state) =>
        Eventually.TrueAsync(() => Said.Count(word => word == "WATCHDOG=1") >= signsOfLife, () => $"{string.Join(' ', Said)}\n{state()}");

    public void Dispose()
    {
        socket.Dispose();
        folder.Dispose();
    }

    private async Task ListenAsync()
    {
        byte[] buffer = new byte[1024];
        try
        {
            while (true)
            {
                said.Enqueue(Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer)));
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
