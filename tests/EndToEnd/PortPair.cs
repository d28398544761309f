using System.Net;
using System.Net.Sockets;

namespace F2bBroker.EndToEndTests;

/// <summary>Two consecutive loopback ports that were free when they were found.</summary>
internal sealed record PortPair(int First)
{
    public int Second => First + 1;

    /// <summary>
    /// Returns ports below those that the system gives to outgoing connections, which would take them again, and below those of brokers
    /// (tests/real/process.sh), which a stopped one keeps.
    /// </summary>
    public static PortPair Find()
    {
        while (true)
        {
            int port = Random.Shared.Next(10_000, 12_999);
            try
            {
                using TcpListener first = Take(port);
                using TcpListener second = Take(port + 1);
                return new PortPair(port);
            }
            catch (SocketException)
            {
                // One of them is in use.
            }
        }
    }

    /// <summary>Listens on the port until the listener is disposed.</summary>
    public static TcpListener Take(int port)
    {
        TcpListener listener = new(IPAddress.Loopback, port);
        listener.Start();
        return listener;
    }

    /// <summary>Returns the TCP ports that a process listens on.</summary>
    public static IReadOnlyList<int> Of(int process)
    {
        string[] sockets = [.. new DirectoryInfo($"/proc/{process}/fd").GetFiles().Select(file => file.LinkTarget ?? "")];
        // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode; state 0A listens.
        return [.. new[] { "tcp", "tcp6" }.SelectMany(kind => File.ReadLines($"/proc/{process}/net/{kind}").Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts[3] == "0A" && sockets.Contains($"socket:[{parts[9]}]"))
            .Select(parts => Convert.ToInt32(parts[1].Split(':')[1], 16))];
    }
}
