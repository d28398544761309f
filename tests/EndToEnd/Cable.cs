using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace F2bBroker.EndToEndTests;

/// <summary>The network between a daemon and the broker, as a proxy that can be cut, mended, slowed and silenced.</summary>
internal sealed class Cable : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly ConcurrentDictionary<Socket, bool> ends = new();
    private readonly (string Host, int Port) broker;
    private readonly Task accepting;
    private volatile bool isCut;
    private volatile bool isSilent;
    private volatile int delay;

    public Cable(string host, int port)
    {
        broker = (host, port);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>The broker's URI for the daemon.</summary>
    public string Uri => $"amqp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/f2b";

    /// <summary>Closes all connections, and each new one, until <see cref="Mend"/> is called.</summary>
    public void Cut()
    {
        isCut = true;
        foreach (Socket socket in ends.Keys)
        {
            socket.Dispose();
        }
    }

    /// <summary>Lets connections pass at their usual speed.</summary>
    public void Mend() => (isCut, delay) = (false, 0);

    /// <summary>Delays what passes, until <see cref="Mend"/> is called.</summary>
    public void Slow(TimeSpan by) => delay = (int)by.TotalMilliseconds;

    /// <summary>Drops all bytes from now on. The connections stay open.</summary>
    public void Silence() => isSilent = true;

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        Cut();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        listener.Dispose();
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket near = await listener.AcceptSocketAsync(end.Token);
            _ = ConnectAsync(near);
        }
    }

    private async Task ConnectAsync(Socket near)
    {
        using Socket far = new(SocketType.Stream, ProtocolType.Tcp);
        ends[near] = ends[far] = true;
        try
        {
            if (!isCut)
            {
                await far.ConnectAsync(broker.Host, broker.Port, end.Token);
                await Task.WhenAny(PassAsync(near, far), PassAsync(far, near));
                // Neither side learns that the other one has closed its end.
                await (isSilent ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end.Token) : Task.CompletedTask);
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side is closed, so the connection has ended.
        }

        near.Dispose();
        ends.TryRemove(near, out _);
        ends.TryRemove(far, out _);
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer, end.Token) is > 0 and var count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(delay), TimeProvider.System, end.Token);
            if (!isSilent)
            {
                await to.SendAsync(buffer.AsMemory(0, count), end.Token);
            }
        }
    }
}
