using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Setup;

/// <summary>
/// Creates the stream of the last day's bans for <c>f2bbroker init</c>. The policy is created first, because a stream takes its segment
/// size from it when it is declared.
/// </summary>
internal sealed class HistorySetup(ManagementApi api, Action<string, bool> write, Action<string> warn)
{
    private const string Policy = "f2b.history-limits";
    private const string VirtualHost = Topology.VirtualHost;

    /// <summary>The maximum age in RabbitMQ's format. Old messages are deleted with their segment, which holds some 14,000 bans.</summary>
    private const string MaxAge = "1D";

    private static readonly int MaxSegmentBytes = 4 * 1024 * 1024;

    /// <summary>The maximum size in bytes, more than 1,000,000 bans. Above it, the oldest bans are deleted.</summary>
    private static readonly int MaxStreamBytes = 512 * 1024 * 1024;

    public async Task RunAsync(CancellationToken cancel)
    {
        write($"Policy {Policy}", await CreatePolicyAsync(cancel));
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

    /// <summary>Creates the policy. An existing policy stays unchanged.</summary>
    private async Task<bool> CreatePolicyAsync(CancellationToken cancel)
    {
        string path = ManagementApi.Path("policies", VirtualHost, Policy);
        return await api.GetAsync(path, cancel) is null && await api.PutAsync(path, new JsonObject
        {
            ["pattern"] = @"^f2b\.history$",
            ["apply-to"] = "queues",
            ["definition"] = new JsonObject
            {
                ["max-age"] = MaxAge,
                ["max-length-bytes"] = MaxStreamBytes,
                ["stream-max-segment-size-bytes"] = MaxSegmentBytes,
            },
        }, cancel);
    }
}
