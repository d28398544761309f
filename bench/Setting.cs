using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;

namespace F2bBroker.Bench;

/// <summary>
/// The installed daemons, the broker, and the servers that run.sh has set up: <c>origin</c> reports, <c>peer</c> receives from its queue,
/// and <c>follower</c> from the stream.
/// </summary>
internal sealed class Setting(string folder)
{
    public string FileOf(string server, string name) => Path.Combine(folder, server, name);

    public Daemon StartProducer() => Start("f2bbroker-producer", "origin");

    /// <param name="environment">Variables, each <c>NAME=value</c>.</param>
    public Daemon StartConsumer(params string[] environment) => Start("f2bbroker-consumer", "peer", environment);

    /// <summary>Starts the consumer of <c>follower</c>, which follows the stream.</summary>
    public Daemon StartFollower() => Start("f2bbroker-consumer", "follower");

    /// <summary>Starts the private fail2ban that run.sh has set up, with one jail.</summary>
    public Daemon StartFail2Ban() => new(
        "fail2ban-server",
        [
            "-c", FileOf("fail2ban", "etc"), "-s", FileOf("fail2ban", "socket"), "-p", FileOf("fail2ban", "pid"), "--logtarget", "STDERR",
            "-xf", "start",
        ],
        []);

    public async Task<IConnection> ConnectAsync(string server)
    {
        IConfiguration login = new ConfigurationBuilder().AddIniFile(FileOf(server, "f2bbroker.local")).Build();
        ConnectionFactory factory = new() { Uri = new Uri(login["broker:uri"]!), UserName = server, Password = login["broker:password"]! };
        return await factory.CreateConnectionAsync();
    }

    /// <summary>Empties both queues and removes the files that the daemons have written.</summary>
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
        File.Delete(FileOf("follower", "bans.log"));
    }

    /// <summary>Deletes the stream and creates it again, as the operator can.</summary>
    public static async Task EmptyHistoryAsync()
    {
        await DeleteAsync("queues/f2b/f2b.history");
        await InitAsync();
    }

    /// <summary>Runs <c>f2bbroker init</c>, which creates what is missing on the broker.</summary>
    public static async Task InitAsync()
    {
        using Process init = Process.Start(Environment.GetEnvironmentVariable("F2BBROKER")!, ["init"]);
        await init.WaitForExitAsync();
    }

    /// <summary>Deletes an object through the management API.</summary>
    public static async Task DeleteAsync(string path)
    {
        using HttpClient api = OpenApi();
        (await api.DeleteAsync(path)).EnsureSuccessStatusCode();
    }

    /// <summary>Reads from the management API.</summary>
    public static async Task<JsonNode> GetAsync(string path)
    {
        using HttpClient api = OpenApi();
        return JsonNode.Parse(await api.GetStringAsync(path))!;
    }

    /// <summary>Posts to the management API.</summary>
    public static async Task PostAsync(string path, JsonNode body)
    {
        using HttpClient api = OpenApi();
        using StringContent content = new(body.ToJsonString(), Encoding.UTF8, "application/json");
        (await api.PostAsync(path, content)).EnsureSuccessStatusCode();
    }

    private static HttpClient OpenApi()
    {
        Uri api = new(Environment.GetEnvironmentVariable("F2BBROKER_API")!);
        HttpClient http = new() { BaseAddress = new Uri(new UriBuilder(api) { UserName = "", Password = "" }.Uri, "/api/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes(api.UserInfo)));
        return http;
    }

    public Daemon Start(string program, string server, params string[] environment) =>
        new(Path.Combine(folder, "bin", program), ["--config", FileOf(server, "f2bbroker.conf")], environment);
}
