using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Policies;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Setup;

/// <summary>
/// Creates the stream of the last day's bans for <c>f2bbroker init</c>. The policy is created first, because a stream takes its segment
/// size from it when it is declared.
/// </summary>
internal sealed class HistorySetup(ManagementApi api, Action<string, bool> write, Action<string> warn)
{
    private const string VirtualHost = Topology.VirtualHost;

    public async Task RunAsync(CancellationToken cancel)
    {
        write($"Policy {GroupPolicy.History.Name}", await GroupPolicy.History.CreateAsync(api, cancel));
        string path = ManagementApi.Path("queues", VirtualHost, Topology.HistoryStream);
        JsonNode? stream = await api.GetAsync(path, cancel);
        if (stream is not null && stream.Text("type") != "stream")
        {
            throw new CommandFailedException(
                ExitCode.Configuration,
                $"A queue {Topology.HistoryStream} is there, but it is no stream. Delete it and run init again.");
        }

        if (stream is not null || await CreateStreamAsync(path, cancel))
        {
            await api.PostAsync(
                ManagementApi.Path("bindings", VirtualHost, "e", Topology.BansExchange, "q", Topology.HistoryStream),
                [],
                cancel);
            write($"Stream {Topology.HistoryStream}", stream is null);
        }
    }

    /// <summary>Creates the stream. Returns false with a warning if the broker has no streams; everything else works without.</summary>
    private async Task<bool> CreateStreamAsync(string path, CancellationToken cancel)
    {
        try
        {
            return await api.PutAsync(
                path,
                new JsonObject
                {
                    ["durable"] = true,
                    ["arguments"] = new JsonObject { ["x-queue-type"] = "stream" },
                },
                cancel);
        }
        catch (CommandFailedException error) when (error.ExitCode == ExitCode.Failure)
        {
            warn(
                $"No stream {Topology.HistoryStream}: a new server will not know the bans from before it was enrolled, and history and "
                    + $"watch have nothing to show. All else works. {error.Message}");
            return false;
        }
    }
}
