using System.Net.Sockets;
using RabbitMQ.Client;

namespace F2bBroker.Daemon.Messaging;

/// <summary>
/// The time of the last bytes from the broker on the bus's connection. Heartbeats keep it current while no messages arrive.
/// </summary>
internal sealed class LastBrokerContact(TimeProvider time)
{
    private const long Never = 0;

    private long lastContact = Never;
    private Func<AddressFamily, ITcpClient>? create;

    /// <summary>
    /// Seconds since 1970 by this host's clock; 0 if the broker has never sent anything. A change of the clock does not falsify it.
    /// </summary>
    public double UnixSeconds =>
        Volatile.Read(ref lastContact) is not Never and var latest
            ? (time.GetUtcNow() - time.GetElapsedTime(latest) - DateTimeOffset.UnixEpoch).TotalSeconds
            : 0;

    /// <summary>Records the bytes that arrive on the factory's connections. It is called again for each connection.</summary>
    public void Observe(ConnectionFactory factory)
    {
        create ??= factory.SocketFactory;
        factory.SocketFactory = family => new ObservedTcpClient(create(family).Client!, this);
    }

    private void RecordContact() => Volatile.Write(ref lastContact, time.GetTimestamp());

    private sealed class ObservedTcpClient(Socket socket, LastBrokerContact contact) : TcpClientAdapter(socket)
    {
        public override NetworkStream GetStream() => new ObservedNetworkStream(Client!, contact);
    }

    private sealed class ObservedNetworkStream(Socket socket, LastBrokerContact contact) : NetworkStream(socket)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await base.ReadAsync(buffer, cancellationToken);
            if (count > 0)
            {
                contact.RecordContact();
            }

            return count;
        }
    }
}
