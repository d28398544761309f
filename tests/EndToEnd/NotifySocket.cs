using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace F2bBroker.EndToEndTests;

/// <summary>systemd's side of sd_notify(3): a socket that keeps the messages of a daemon.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly ConcurrentQueue<string> received = new();

    public NotifySocket()
    {
        socket.Bind(new UnixDomainSocketEndPoint(folder["notify"]));
        _ = ListenAsync();
    }

    /// <summary>The variables that systemd sets for a unit with <c>WatchdogSec=1</c>.</summary>
    public IEnumerable<string> Environment => [$"NOTIFY_SOCKET={folder["notify"]}", "WATCHDOG_USEC=1000000"];

    public IReadOnlyList<string> Messages => [.. received];

    /// <summary>Waits until the daemon has sent that many watchdog pings.</summary>
    public Task ReceivesPingsAsync(int count, Func<string> state) => Eventually.TrueAsync(
        () => Messages.Count(message => message == "WATCHDOG=1") >= count,
        () => $"{string.Join(' ', Messages)}\n{state()}");

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
                received.Enqueue(Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer)));
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
