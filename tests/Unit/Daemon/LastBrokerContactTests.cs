using System.Net;
using System.Net.Sockets;
using F2bBroker.Daemon.Messaging;
using Microsoft.Extensions.Time.Testing;
using RabbitMQ.Client;

namespace F2bBroker.UnitTests.Daemon;

public sealed class LastBrokerContactTests
{
    private readonly FakeTimeProvider clock = Some.Clock();

    [Fact]
    public async Task Bytes_on_a_connection_of_the_factory_are_a_contact()
    {
        LastBrokerContact contact = new(clock);
        ConnectionFactory factory = new();
        contact.Observe(factory);
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using ITcpClient client = factory.SocketFactory(AddressFamily.InterNetwork);
        await client.ConnectAsync(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndpoint).Port, TestContext.Current.CancellationToken);
        using Socket broker = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await using NetworkStream stream = client.GetStream();
        Assert.Equal(0, contact.UnixSeconds);
        await broker.SendAsync(new byte[1], TestContext.Current.CancellationToken);
        Assert.Equal(1, await stream.ReadAsync(new byte[8], TestContext.Current.CancellationToken));
        Assert.Equal(Some.Time.ToUnixTimeMilliseconds() / 1000.0, contact.UnixSeconds);

        clock.Advance(TimeSpan.FromSeconds(7));
        broker.Shutdown(SocketShutdown.Both);
        Assert.Equal(0, await stream.ReadAsync(new byte[8], TestContext.Current.CancellationToken));
        Assert.Equal(Some.Time.ToUnixTimeMilliseconds() / 1000.0, contact.UnixSeconds);
    }

    [Fact]
    public void A_factory_that_is_observed_for_each_of_many_connections_creates_one_socket()
    {
        LastBrokerContact contact = new(clock);
        ConnectionFactory factory = new();
        for (int connection = 0; connection < 100_000; connection++)
        {
            contact.Observe(factory);
        }

        // A chain of observers would overflow the stack.
        using ITcpClient client = factory.SocketFactory(AddressFamily.InterNetwork);
        Assert.NotNull(client.Client);
    }
}
