using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;

namespace F2bBroker.Bench;

/// <summary>The installed daemons, the broker and the two servers that run.sh has set up: <c>origin</c> reports, <c>peer</c> receives.</summary>
internal sealed class Setting(string folder)
{
    public string FileOf(string server, string name) => Path.Combine(folder, server, name);

    public Daemon StartProducer() => Start("f2bbroker-producer", "origin");

    public Daemon StartConsumer() => Start("f2bbroker-consumer", "peer");

    public async Task<IConnection> ConnectAsync(string server)
    {
        IConfiguration login = new ConfigurationBuilder().AddIniFile(FileOf(server, "f2bbroker.local")).Build();
        ConnectionFactory factory = new() { Uri = new Uri(login["broker:uri"]!), UserName = server, Password = login["broker:password"]! };
        return await factory.CreateConnectionAsync();
    }

    /// <summary>Empties both queues and removes what the daemons have written.</summary>
    public async Task ResetAsync()
    {
        foreach (string server in new[] { "origin", "peer" })
        {
            await using IConnection connection = await ConnectAsync(server);
            await using IChannel channel = await connection.CreateChannelAsync();
            await channel.QueuePurgeAsync($"f2b.bans.{server}");
        }

        File.Delete(FileOf("origin", "checkpoint"));
        File.Delete(FileOf("peer", "bans.log"));
    }

    private Daemon Start(string program, string server) => new(Path.Combine(folder, "bin", program), ["--config", FileOf(server, "f2bbroker.conf")]);
}
