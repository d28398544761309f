using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary>
/// The virtual host as <c>init</c> and <c>enroll</c> of version 0.1 left it: web1 and web2 with the role both, the reporter web3 and the
/// receiver web4.
/// </summary>
internal sealed class FirstVersion : IAsyncDisposable
{
    private readonly RunningBroker broker;
    private readonly TestGroup group;
    private readonly Dictionary<string, Server> servers = [];

    private FirstVersion(RunningBroker broker, TestGroup group) => (this.broker, this.group) = (broker, group);

    public Server this[string name] => servers[name];

    public static async Task<FirstVersion> SetUpAsync(RunningBroker broker)
    {
        FirstVersion first = new(broker, await TestGroup.StartAsync(broker));
        foreach (string name in new[] { "web1", "web2", "web3", "web4" })
        {
            first.servers[name] = await first.group.EnrollAsync(name);
        }

        // Only the users with their passwords and limits remain.
        await broker.DeleteAsync("vhosts/f2b");
        await first.InitAsync();
        await first.EnrollAsync("web1", @"^f2b\.bans(\.web1(_error)?)?$");
        await first.EnrollAsync("web2", @"^f2b\.bans(\.web2(_error)?)?$");
        await first.GrantAsync("web3", "^$", @"^f2b\.bans$", "^$");
        await first.EnrollAsync("web4", @"^f2b\.bans\.web4(_error)?$");
        return first;
    }

    /// <summary>Returns all objects, users and permissions of the broker.</summary>
    public async Task<string> DescribeAsync() => (await broker.GetAsync("definitions"))!.ToJsonString();

    public ValueTask DisposeAsync() => group.DisposeAsync();

    private async Task InitAsync()
    {
        await broker.PutAsync("vhosts/f2b", []);
        await GrantAsync(broker.Operator, ".*", ".*", ".*");
        await broker.PutAsync("exchanges/f2b/f2b.bans", new() { ["type"] = "fanout", ["durable"] = true });
        await PolicyAsync("f2b.bans-limits", @"^f2b\.bans\.", new()
        {
            ["message-ttl"] = 604_800_000,
            ["max-length"] = 1_000_000,
            ["max-length-bytes"] = 536_870_912,
            ["overflow"] = "drop-head",
        });
        await PolicyAsync("f2b.history-limits", @"^f2b\.history$", new()
        {
            ["max-age"] = "1D",
            ["max-length-bytes"] = 536_870_912,
            ["stream-max-segment-size-bytes"] = 4_194_304,
        });
        await QueueAsync("f2b.history", new() { ["x-queue-type"] = "stream" });
    }

    private async Task EnrollAsync(string server, string write)
    {
        await QueueAsync($"f2b.bans.{server}", []);
        await GrantAsync(server, $@"^f2b\.bans\.{server}(_error)?$", write, $@"^f2b\.(bans(\.{server}(_error)?)?|history)$");
    }

    private async Task QueueAsync(string name, JsonObject arguments)
    {
        await broker.PutAsync($"queues/f2b/{name}", new() { ["durable"] = true, ["arguments"] = arguments });
        await broker.BindAsync("f2b.bans", name);
    }

    private Task GrantAsync(string user, string configure, string write, string read) =>
        broker.PutAsync($"permissions/f2b/{user}", new() { ["configure"] = configure, ["write"] = write, ["read"] = read });

    private Task PolicyAsync(string name, string pattern, JsonObject definition) => broker.PutAsync(
        $"policies/f2b/{name}",
        new() { ["pattern"] = pattern, ["apply-to"] = "queues", ["definition"] = definition });
}
