using System.Net.Sockets;
using RabbitMQ.Client;

namespace F2bBroker.Daemon.Messaging;

/// <summary>When the broker was last heard of on the bus's connection. Its heartbeats keep that young while nothing else comes.</summary>
internal sealed class BrokerContact(TimeProvider time)
{
    private long heardAt;

    /// <summary>0 for never.</summary>
    public double UnixSeconds => Volatile.Read(ref heardAt) / 1000.0;

    public void Hear() => Volatile.Write(ref heardAt, time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Has it hear whatever comes over the factory's connections.</summary>
    public void ListenTo(ConnectionFactory factory)
    {
        Func<AddressFamily, ITcpClient> create = factory.SocketFactory;
        factory.SocketFactory = family => new HeardClient(create(family).Client!, this);
    }

    private sealed class HeardClient(Socket socket, BrokerContact contact) : TcpClientAdapter(socket)
    {
        public override NetworkStream GetStream() => new HeardStream(Client!, contact);
    }

    private sealed class HeardStream(Socket socket, BrokerContact contact) : NetworkStream(socket)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await base.ReadAsync(buffer, cancellationToken);
            if (count > 0)
            {
                contact.Hear();
            }

            return count;
        }
    }
}
