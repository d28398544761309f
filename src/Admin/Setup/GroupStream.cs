using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Policies;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Setup;

/// <summary>A stream that <c>f2bbroker init</c> creates, with its policy and the exchange that it is bound to.</summary>
/// <param name="WithoutIt">What does not work on a broker without this stream.</param>
internal sealed record GroupStream(string Name, string Exchange, GroupPolicy Policy, string WithoutIt)
{
    private const string VirtualHost = Topology.VirtualHost;

    /// <summary>The streams of a group.</summary>
    public static IReadOnlyList<GroupStream> All { get; } =
    [
        new(
            Topology.HistoryStream,
            Topology.BansExchange,
            GroupPolicy.History,
            "a new server will not know the bans from before it was enrolled, and history and watch have nothing to show"),
        new(
            Topology.HealthStream,
            Topology.HealthExchange,
            GroupPolicy.Health,
            "status does not know the health of the daemons"),
        new(
            Topology.PardonsStream,
            Topology.PardonsExchange,
            GroupPolicy.Pardons,
            "no address can be pardoned"),
    ];

    private string Path => ManagementApi.Path("queues", VirtualHost, Name);

    /// <summary>
    /// Creates what is missing. The policy is created first, because a stream takes its segment size from it when it is declared.
    /// </summary>
    /// <param name="write">Receives each object, and whether it is new.</param>
    /// <returns>Why the broker refuses the stream, for example because it has no streams; null if the stream exists.</returns>
    /// <exception cref="CommandFailedException">The exchange or a queue of that name has another type.</exception>
    public async Task<string?> CreateAsync(ManagementApi api, Action<string, bool> write, CancellationToken cancel)
    {
        write($"Exchange {Exchange}", await CreateExchangeAsync(api, cancel));
        write($"Policy {Policy.Name}", await Policy.CreateAsync(api, cancel));
        bool isNew = !await ExistsAsync(api, cancel);
        if (isNew && await DeclareAsync(api, cancel) is { } refusal)
        {
            return refusal;
        }

        await api.PostAsync(ManagementApi.Path("bindings", VirtualHost, "e", Exchange, "q", Name), [], cancel);
        write($"Stream {Name}", isNew);
        return null;
    }

    /// <summary>
    /// Returns true if the stream exists and is known to hold no message. The broker's count can be some seconds old, or absent.
    /// </summary>
    public async Task<bool> IsEmptyAsync(ManagementApi api, CancellationToken cancel) =>
        (await api.GetAsync(Path, cancel))?["messages"]?.GetValue<long>() == 0;

    /// <summary>Returns true if the stream exists.</summary>
    /// <exception cref="CommandFailedException">A queue of that name has another type.</exception>
    public async Task<bool> ExistsAsync(ManagementApi api, CancellationToken cancel) =>
        await api.GetAsync(Path, cancel) is { } queue
        && (queue.Text("type") == "stream"
            ? true
            : throw new CommandFailedException(
                ExitCode.Configuration,
                $"A queue {Name} is there, but it is no stream. Delete it and run init again."));

    private async Task<bool> CreateExchangeAsync(ManagementApi api, CancellationToken cancel)
    {
        JsonNode? exchange = await api.FindExchangeAsync(Exchange, cancel);
        if (exchange is null)
        {
            string path = ManagementApi.Path("exchanges", VirtualHost, Exchange);
            return await api.PutAsync(path, new JsonObject { ["type"] = "fanout", ["durable"] = true }, cancel);
        }

        return exchange.Text("type") == "fanout" && exchange["durable"]?.GetValue<bool>() == true
            ? false
            : throw new CommandFailedException(
                ExitCode.Configuration,
                $"An exchange {Exchange} is there, but it is not fanout and durable. Delete it and run init again.");
    }

    /// <summary>Returns why the broker refuses the stream; null if it is created.</summary>
    private async Task<string?> DeclareAsync(ManagementApi api, CancellationToken cancel)
    {
        try
        {
            JsonObject arguments = new() { [QueueType.TypeArgument] = "stream" };
            await api.PutAsync(Path, new JsonObject { ["durable"] = true, ["arguments"] = arguments }, cancel);
            return null;
        }
        catch (CommandFailedException error) when (error.ExitCode == ExitCode.Failure)
        {
            return error.Message;
        }
    }
}
