using System.Text.Json.Nodes;
using F2bBroker.Contracts;
using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Model;

/// <summary>
/// Three servers that report and receive, each in another way, and what the monitored log of each must contain. The model knows the steps
/// and the promises of the documentation, and nothing of the programs.
/// </summary>
internal sealed class ModelGroup : IAsyncDisposable
{
    /// <summary>The servers' names.</summary>
    public static readonly string[] Names = ["web1", "web2", "web3"];

    /// <summary>Addresses that are reported several times, and pardoned.</summary>
    public static readonly string[] Pardonable = ["203.0.113.1", "203.0.113.2", "203.0.113.3"];

    private static readonly QueueType[] QueueTypes = [QueueType.Classic, QueueType.Quorum, QueueType.Stream];
    private static readonly TimeSpan PardonTimeout = TimeSpan.FromSeconds(5);

    private readonly PrivateBroker broker;
    private readonly TestGroup group;
    private readonly Dictionary<string, Member> members = [];
    private readonly Dictionary<string, ModelPardon> pardons = [];
    private readonly List<ReportedBan> bans = [];
    private bool isBrokerUp = true;
    private int beforeStream;

    private ModelGroup(PrivateBroker broker, TestGroup group) => (this.broker, this.group) = (broker, group);

    public Member this[string name] => members[name];

    public IReadOnlyCollection<Member> Members => members.Values;

    public IReadOnlyList<ReportedBan> Bans => bans;

    public IEnumerable<string> LastLines => members.Values.SelectMany(member => member.LastLines);

    public static async Task<ModelGroup> StartAsync(PrivateBroker broker)
    {
        ModelGroup started = new(broker, await TestGroup.StartAsync(broker));
        foreach ((string name, QueueType queueType) in Names.Zip(QueueTypes))
        {
            started.members.Add(name, started.group.Add(await Member.EnrollAsync(broker, name, queueType)));
        }

        return started;
    }

    /// <summary>Logs bans of addresses that nobody reported before.</summary>
    public async Task ReportAsync(string server, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await members[server].LogAsync(Add(LoggedBan.Number(bans.Count, server), server));
        }
    }

    public Task ReportAsync(string server, string address) => members[server].LogAsync(Add(LoggedBan.Now(address, server), server));

    public Task RotateFail2BanLogAsync(string server) =>
        members[server].RotateFail2BanLogAsync(Add(LoggedBan.Number(bans.Count, server), server));

    public async Task PardonAsync(string address)
    {
        await StartBrokerAsync();
        // Its bans that are on their way may be skipped.
        Excuse(members.Values, bans.Where(ban => ban.Address == address));
        pardons[address] = new ModelPardon(null, []);
        string until = (string)(await PublishAsync("pardon", address, "--json"))["pardon"]!["until"]!;
        string line = $"Pardon {address} operator={broker.Operator} until={until}";
        HashSet<string> knowing = [];
        foreach (Member member in members.Values)
        {
            if (member.WillReadPardons || (member.Follows && await HasSoonAsync(member, line)))
            {
                knowing.Add(member.Name);
            }
        }

        pardons[address] = new ModelPardon(line, knowing);
    }

    public async Task EndPardonAsync(string address)
    {
        if (pardons.ContainsKey(address))
        {
            await StartBrokerAsync();
            pardons[address] = new ModelPardon(null, []);
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
        beforeStream = bans.Count;
        Excuse(members.Values.Where(member => member.HadNoQueue || member.QueueType == QueueType.Stream), bans);
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
            await broker.StreamsRunAsync();
            isBrokerUp = true;
        }
    }

    /// <summary>Ends every fault, restarts each consumer, and reports once more: this time, nothing excuses a difference.</summary>
    public async Task SettleAsync()
    {
        await StartBrokerAsync();
        foreach (Member member in members.Values)
        {
            member.Mend();
            member.FreeDisk();
            await member.ChangeClockAsync(0);
            await member.ResumeAllAsync();
            await member.EnrollAgainAsync();
            member.StartAll();
        }

        await ArriveAsync();
        foreach (Member member in members.Values)
        {
            await member.StopAsync(Built.Consumer);
            member.StartAll();
        }

        foreach ((string address, ModelPardon pardon) in pardons.ToArray())
        {
            pardons[address] = pardon with { Knowing = [.. pardon.Line is null ? [] : Names] };
        }

        IEnumerable<string> ended = pardons.Where(pardon => pardon.Value.Line is null).Select(pardon => pardon.Key);
        foreach (string address in ended.ToArray())
        {
            pardons.Remove(address);
        }

        foreach (string server in Names)
        {
            foreach (string address in Pardonable)
            {
                await ReportAsync(server, address);
            }

            // A server's bans arrive in their order, so the ones before have arrived too.
            await ReportAsync(server, count: 1);
        }

        await ArriveAsync();
    }

    /// <summary>Returns the lines of the pardons that are in force.</summary>
    public IEnumerable<string> PardonLines => pardons.Values.Select(pardon => pardon.Line).OfType<string>();

    /// <summary>Returns the queues in which refused messages wait.</summary>
    public async Task<IReadOnlyList<string>> ErrorQueuesAsync() =>
    [
        .. ((JsonArray)(await broker.GetAsync("queues/f2b"))!)
            .Where(queue => $"{queue!["name"]}".EndsWith("_error", StringComparison.Ordinal) && (int?)queue["messages"] > 0)
            .Select(queue => $"{queue!["name"]}"),
    ];

    public async ValueTask DisposeAsync()
    {
        // The next group begins with a broker that runs.
        await StartBrokerAsync();
        await group.DisposeAsync();
    }

    /// <summary>Waits until each log has the bans that it must have.</summary>
    private Task ArriveAsync() => Eventually.TrueAsync(
        () => members.Values.All(member => MissingOf(member).Count == 0),
        () => string.Join('\n', members.Values.Select(member => $"{member.Name} lacks {string.Join(", ", MissingOf(member))}")),
        TimeSpan.FromMinutes(3));

    private IReadOnlyList<string> MissingOf(Member member)
    {
        HashSet<string> arrived = TextsOf(member);
        return [.. bans.Where(ban => ban.IsRequiredBy(member.Name) && !arrived.Contains(ban.Text)).Select(ban => ban.Text)];
    }

    private static HashSet<string> TextsOf(Member member) =>
        [.. member.Files.SelectMany(file => file).Select(line => line[(line.IndexOf(' ') + 1)..])];

    private LoggedBan Add(LoggedBan logged, string server)
    {
        ReportedBan ban = new(logged, server);
        if (pardons.TryGetValue(logged.Address, out ModelPardon? pardon))
        {
            ban.Forbidden.UnionWith(pardon.Knowing);
            ban.Optional.UnionWith(Names.Except(pardon.Knowing));
        }

        bans.Add(ban);
        return logged;
    }

    /// <summary>A ban that the stream does not hold was lost with the queue, unless it has arrived.</summary>
    private void ExcuseDeletedQueue(Member member)
    {
        if (member.QueueType != QueueType.Stream)
        {
            Excuse([member], bans.Take(beforeStream));
        }
    }

    private static void Excuse(IEnumerable<Member> receivers, IEnumerable<ReportedBan> among)
    {
        foreach (Member member in receivers)
        {
            HashSet<string> arrived = TextsOf(member);
            foreach (ReportedBan ban in among.Where(ban => !arrived.Contains(ban.Text)))
            {
                ban.Optional.Add(member.Name);
            }
        }
    }

    private static async Task<bool> HasSoonAsync(Member member, string line)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!TextsOf(member).Contains(line))
        {
            if (TimeProvider.System.GetElapsedTime(start) > PardonTimeout)
            {
                return false;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        return true;
    }

    private async Task<JsonNode> PublishAsync(params string[] command)
    {
        Built.Outcome outcome = await broker.AdminAsync([.. command, "--amqp", broker.Uri]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return JsonNode.Parse(outcome.Output)!;
    }

    /// <param name="Line">Its line in a monitored log, without the first date; null if it is being published, or has ended.</param>
    /// <param name="Knowing">The servers that will not write a ban that is reported from now on.</param>
    private sealed record ModelPardon(string? Line, IReadOnlyCollection<string> Knowing);
}
