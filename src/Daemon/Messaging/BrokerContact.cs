using System.Net.Sockets;
using RabbitMQ.Client;

namespace F2bBroker.Daemon.Messaging;

/// <summary>When the broker was last heard of on the bus's connection. Its heartbeats keep that young while nothing else comes.</summary>
internal sealed class BrokerContact(TimeProvider time)
{
    private const long Never = 0;

    private long heardAt = Never;

    /// <summary>By this host's clock, however it was set meanwhile; 0 for never.</summary>
    public double UnixSeconds => Volatile.Read(ref heardAt) is not Never and var heard ? (time.GetUtcNow() - time.GetElapsedTime(heard) - DateTimeOffset.UnixEpoch).TotalSeconds : 0;

    /// <summary>Has it hear whatever comes over the factory's connections.</summary>
    public void ListenTo(ConnectionFactory factory)
    {
        Func<AddressFamily, ITcpClient> create = factory.SocketFactory;
        factory.SocketFactory = family => new HeardClient(create(family).Client!, this);
    }

    private void Hear() => Volatile.Write(ref heardAt, time.GetTimestamp());

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
