using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>
/// A RabbitMQ for tests that stop it, kill it or raise its alarms; never in a container. Its consumer timeout is 5 s instead of 30 minutes.
/// </summary>
public sealed partial class PrivateBroker : RunningBroker, IAsyncLifetime
{
    private readonly LocalBroker local = new();

    public async ValueTask InitializeAsync()
    {
        await local.ConfigureAsync("{rabbit, [{consumer_timeout, 5000}, {channel_tick_interval, 1000}]}");
        await StartAsync();
    }

    /// <param name="environment">Variables of the broker, each <c>NAME=value</c>.</param>
    public async Task StartAsync(params IEnumerable<string> environment)
    {
        await local.StartAsync(environment);
        SetAddress("127.0.0.1", local.Port, local.Api);
    }

    public Task StopAsync() => local.StopAsync();

    public Task KillAsync() => local.KillAsync();

    /// <summary>The folder of its files.</summary>
    public string Folder => local.Folder;

    /// <summary>The total size of its files.</summary>
    public long BytesOnDisk => local.BytesOnDisk;

    /// <summary>Returns the number of lines of its log that contain the text.</summary>
    public int CountLogged(string text) => local.CountLogged(text);

    /// <summary>Returns the state of each queue, and the last errors in its log.</summary>
    public async Task<IEnumerable<string>> DescribeAsync() =>
    [
        .. ((JsonArray)(await GetAsync("queues/f2b"))!)
            .Select(queue => $"{queue!["name"]}: {queue["type"]}, {queue["state"]}, {queue["messages"]} messages"),
        .. local.FindLogged("[error]").TakeLast(30),
    ];

    /// <summary>
    /// Lets each quorum queue that has no leader elect one, as an operator would. Returns the names of those whose process does not run,
    /// which the operator deletes. If RabbitMQ is killed while it creates or deletes a quorum queue, it can start the queue in either way.
    /// </summary>
    public async Task<IEnumerable<string>> ElectLeadersAsync()
    {
        string answers = await ControlAsync(
            "eval",
            "[begin P = amqqueue:get_pid(Q), case ra:members(P, 5000) of {ok, _, _} -> ok; "
                + "{error, noproc} -> element(4, amqqueue:get_name(Q)); _ -> ra:trigger_election(P) end end "
                + """|| Q <- rabbit_amqqueue:list(<<"f2b">>), amqqueue:get_type(Q) =:= rabbit_quorum_queue].""");
        return QuotedName().Matches(answers).Select(match => match.Groups[1].Value);
    }

    /// <summary>Runs rabbitmqctl. Returns its output.</summary>
    public Task<string> ControlAsync(params IEnumerable<string> arguments) => local.ControlAsync(arguments);

    /// <summary>Returns true if the broker keeps its queues in Mnesia: up to 4.1, and Khepri since.</summary>
    public async Task<bool> HasMnesiaAsync() => await VersionAsync() < new Version(4, 2);

    /// <summary>Changes the broker's record of a queue.</summary>
    /// <param name="change">The Erlang expression of the new record. The present one is Q.</param>
    public async Task ChangeQueueAsync(string queue, string change) => await EvaluateAsync(
        queue,
        await HasMnesiaAsync()
            ? $"[Q] = mnesia:dirty_read(rabbit_queue, R), mnesia:dirty_write(rabbit_queue, {change})."
            : $"rabbit_db_queue:update(R, fun(Q) -> {change} end).");

    /// <summary>Evaluates Erlang expressions in the broker, in which R is the queue's name.</summary>
    public Task EvaluateAsync(string queue, string expressions) =>
        ControlAsync("eval", $"""R = rabbit_misc:r(<<"f2b">>, queue, <<"{queue}">>), {expressions}""");

    /// <param name="alarm">The alarm's name in the management API.</param>
    public async Task<bool> HasAlarmAsync(string alarm) =>
        ((JsonArray)(await GetAsync("nodes"))!).Any(node => (bool?)node![alarm] == true);

    public async ValueTask DisposeAsync()
    {
        CloseApi();
        await local.DisposeAsync();
    }

    [GeneratedRegex("\"(.+?)\"")]
    private static partial Regex QuotedName();
}

/// <summary>The test classes that share one private broker.</summary>
[CollectionDefinition(Name)]
public sealed class OnPrivateBroker : ICollectionFixture<PrivateBroker>
{
    public const string Name = "private broker";
}
