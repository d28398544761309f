using System.Text.Json.Nodes;
using F2bBroker.Contracts;
using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Model;

/// <summary>
/// Three servers that report and receive, each in another way, their broker, and what their monitored logs must contain. The expectations
/// come from the documentation, not from the programs.
/// </summary>
internal sealed class ModelGroup : IAsyncDisposable
{
    /// <summary>The servers' names.</summary>
    public static readonly string[] Names = ["web1", "web2", "web3"];

    /// <summary>Addresses that are reported several times, and pardoned.</summary>
    public static readonly string[] Pardonable = ["203.0.113.1", "203.0.113.2", "203.0.113.3"];

    private static readonly QueueType[] QueueTypes = [QueueType.Classic, QueueType.Quorum, QueueType.Stream];

    // A ban that a queue has refused is published again after up to a minute.
    private static readonly TimeSpan ArrivalTimeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan PardonTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly PrivateBroker broker;
    private readonly TestGroup group;
    private readonly Dictionary<string, Member> members = [];
    private bool isBrokerUp = true;
    private int inDeletedStream;

    private ModelGroup(PrivateBroker broker, TestGroup group) => (this.broker, this.group) = (broker, group);

    public Member this[string name] => members[name];

    public IReadOnlyCollection<Member> Members => members.Values;

    public Expectations Expected { get; } = new(Names);

    /// <summary>Returns the last lines of each daemon's output, and what the broker says of its queues.</summary>
    public async Task<IEnumerable<string>> DescribeAsync() =>
        [.. members.Values.SelectMany(member => member.LastLines), .. isBrokerUp ? await broker.DescribeAsync() : []];

    public static async Task<ModelGroup> StartAsync(PrivateBroker broker)
    {
        ModelGroup started = new(broker, await TestGroup.StartAsync(broker));
        try
        {
            foreach ((string name, QueueType queueType) in Names.Zip(QueueTypes))
            {
                Member member = started.group.Add(await Member.EnrollAsync(broker, name, queueType));
                started.members.Add(name, member);
                await member.StartAsync();
            }

            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Logs bans of addresses that nobody reported before.</summary>
    public async Task ReportAsync(string server, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await members[server].LogAsync(Expected.AddNew(server));
        }
    }

    public Task ReportAsync(string server, string address) => members[server].LogAsync(Expected.Add(address, server));

    public Task RotateFail2BanLogAsync(string server) => members[server].RotateFail2BanLogAsync(Expected.AddNew(server));

    public async Task PardonAsync(string address)
    {
        await StartBrokerAsync();
        // Its bans on their way may be skipped.
        Expectations.Excuse(members.Values, Expected.Bans.Where(ban => ban.Address == address));
        Expected.PardonIsPublished(address);
        string until = (string)(await PublishAsync("pardon", address, "--json"))["pardon"]!["until"]!;
        string line = $"Pardon {address} operator={broker.Operator} until={until}";
        List<string> knowing = [];
        foreach (Member member in members.Values)
        {
            if (member.WillReadPardons || (member.Follows && await HasSoonAsync(member, line)))
            {
                knowing.Add(member.Name);
            }
        }

        Expected.PardonIsKnown(address, line, knowing);
    }

    public async Task EndPardonAsync(string address)
    {
        if (Expected.HasPardoned(address))
        {
            await StartBrokerAsync();
            Expected.PardonIsPublished(address);
            await PublishAsync("pardon", address, "--end", "--json");
        }
    }

    public async Task RevokeAsync(string server)
    {
        await StartBrokerAsync();
        await members[server].RevokeAsync();
        ExcuseDeletedQueue(members[server]);
    }

    public async Task EnrollAgainAsync(string server)
    {
        await StartBrokerAsync();
        await members[server].EnrollAgainAsync();
    }

    public async Task DeleteQueueAsync(string server)
    {
        await StartBrokerAsync();
        await members[server].DeleteQueueAsync();
        ExcuseDeletedQueue(members[server]);
    }

    public async Task DeleteStreamAsync()
    {
        await StartBrokerAsync();
        await broker.DeleteAsync($"queues/f2b/{Topology.HistoryStream}");
        Built.Outcome init = await broker.AdminAsync("init");
        Assert.True(init.ExitCode == 0, init.Errors);
        inDeletedStream = Expected.Bans.Count;
        Expectations.Excuse(
            members.Values.Where(member => member.HadNoQueue || member.QueueType == QueueType.Stream),
            Expected.Bans);
    }

    public async Task StopBrokerAsync(bool isKill)
    {
        if (isBrokerUp)
        {
            isBrokerUp = false;
            await (isKill ? broker.KillAsync() : broker.StopAsync());
        }
    }

    public async Task StartBrokerAsync()
    {
        if (!isBrokerUp)
        {
            await broker.StartAsync();
            isBrokerUp = true;
            await broker.StreamsRunAsync();
            foreach (string queue in await broker.ElectLeadersAsync())
            {
                Member? member = members.Values.FirstOrDefault(member => Topology.QueueFor(member.Name) == queue);
                await (member is null ? broker.DeleteAsync($"queues/f2b/{queue}") : DeleteQueueAsync(member.Name));
            }
        }
    }

    /// <summary>Ends every fault, and reports once more while all consumers are stopped: this time, nothing excuses a difference.</summary>
    public async Task SettleAsync()
    {
        await StartBrokerAsync();
        foreach (Member member in members.Values)
        {
            await member.RecoverAsync();
        }

        await ArriveAsync();
        foreach (Member member in members.Values)
        {
            await member.StopAsync(Built.Consumer);
        }

        Expected.PardonsAreKnown();
        foreach (string server in Names)
        {
            foreach (string address in Pardonable)
            {
                await ReportAsync(server, address);
            }

            // A server's bans arrive in their order, so those of pardoned addresses are decided too when this one has arrived.
            await ReportAsync(server, count: 1);
        }

        // The bans wait when the consumers start, and the pardons have to be read first.
        await PublishedAsync();
        foreach (Member member in members.Values)
        {
            member.StartAll();
        }

        await ArriveAsync();
    }

    /// <summary>Returns the names of queues in which refused messages wait.</summary>
    public async Task<IReadOnlyList<string>> FindErrorQueuesAsync() =>
    [
        .. ((JsonArray)(await broker.GetAsync("queues/f2b"))!)
            .Where(queue => $"{queue!["name"]}".EndsWith("_error", StringComparison.Ordinal) && (int?)queue["messages"] > 0)
            .Select(queue => $"{queue!["name"]}"),
    ];

    public async ValueTask DisposeAsync()
    {
        await group.DisposeAsync();
        // The next group begins with a broker that runs. It needs none of this group's queues.
        if (!isBrokerUp)
        {
            await broker.StartAsync();
        }
    }

    /// <summary>Waits until the last ban of each server is published.</summary>
    private Task PublishedAsync() => Eventually.TrueAsync(
        () => members.Values.All(member => member.HasPublished(Expected.Bans.Last(ban => ban.Server == member.Name))),
        () => "The last bans are not published.",
        ArrivalTimeout);

    /// <summary>Waits until each log has the bans that it must have.</summary>
    private Task ArriveAsync() => Eventually.TrueAsync(
        async () =>
        {
            // Reading all logs needs CPU time.
            await Task.Delay(PollInterval, TimeProvider.System);
            return members.Values.All(member => Expected.MissingOf(member).Count == 0);
        },
        () => string.Join('\n', members.Values.Select(member => $"{member.Name} lacks {string.Join(", ", Expected.MissingOf(member))}")),
        ArrivalTimeout);

    /// <summary>A ban that the stream does not hold was lost with the queue, unless it has arrived.</summary>
    private void ExcuseDeletedQueue(Member member)
    {
        if (member.QueueType != QueueType.Stream)
        {
            Expectations.Excuse([member], Expected.Bans.Take(inDeletedStream));
        }
    }

    private static async Task<bool> HasSoonAsync(Member member, string line)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!member.Texts.Contains(line) && TimeProvider.System.GetElapsedTime(start) < PardonTimeout)
        {
            await Task.Delay(PollInterval, TimeProvider.System);
        }

        return member.Texts.Contains(line);
    }

    private async Task<JsonNode> PublishAsync(params string[] command)
    {
        Built.Outcome outcome = await broker.AdminAsync([.. command, "--amqp", broker.Uri]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return JsonNode.Parse(outcome.Output)!;
    }
}
