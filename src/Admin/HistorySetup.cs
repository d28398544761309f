using System.Text.Json.Nodes;
using F2bBroker.Contracts;

namespace F2bBroker.Admin;

/// <summary>The stream of the last day's bans, for <c>f2bbroker init</c>. Its policy comes first: a stream takes the size of its segments from it when it is made.</summary>
internal sealed class HistorySetup(ManagementApi api, Action<string, bool> tell, Action<string> warn)
{
    private const string Policy = "f2b.history-limits";
    private const string VirtualHost = Topology.VirtualHost;

    /// <summary>As RabbitMQ writes it. Old messages go with their segment, which holds some 14,000 bans.</summary>
    private const string LongestAge = "1D";

    private static readonly int LargestSegment = 4 * 1024 * 1024;

    /// <summary>Bytes: more than 1,000,000 bans. What is published beyond takes the oldest out of the stream.</summary>
    private static readonly int LargestStream = 512 * 1024 * 1024;

    public async Task RunAsync(CancellationToken cancel)
    {
        tell($"Policy {Policy}", await MakePolicyAsync(cancel));
        string path = ManagementApi.Path("queues", VirtualHost, Topology.History);
        JsonNode? stream = await api.GetAsync(path, cancel);
        if (stream is not null && stream["type"]?.ToString() != "stream")
        {
            throw new AdminFault(ExitCode.Configuration, $"A queue {Topology.History} is there, but it is no stream. Delete it and run init again.");
        }

        if (stream is not null || await MakeStreamAsync(path, cancel))
        {
            await api.PostAsync(ManagementApi.Path("bindings", VirtualHost, "e", Topology.Bans, "q", Topology.History), [], cancel);
            tell($"Stream {Topology.History}", stream is null);
        }
    }

    /// <summary>False, with a sentence, where the broker has no streams: all else works without.</summary>
    private async Task<bool> MakeStreamAsync(string path, CancellationToken cancel)
    {
        try
        {
            return await api.PutAsync(path, new JsonObject { ["durable"] = true, ["arguments"] = new JsonObject { ["x-queue-type"] = "stream" } }, cancel);
        }
        catch (AdminFault fault) when (fault.ExitCode == ExitCode.Failure)
        {
            warn($"No stream {Topology.History}: a new server will not know the bans from before it was enrolled, and history and watch have nothing to show. All else works. {fault.Message}");
            return false;
        }
    }

    /// <summary>An operator who has changed it keeps it.</summary>
    private async Task<bool> MakePolicyAsync(CancellationToken cancel)
    {
        string path = ManagementApi.Path("policies", VirtualHost, Policy);
        return await api.GetAsync(path, cancel) is null && await api.PutAsync(path, new JsonObject
        {
            ["pattern"] = @"^f2b\.history$",
            ["apply-to"] = "queues",
            ["definition"] = new JsonObject
            {
                ["max-age"] = LongestAge,
                ["max-length-bytes"] = LargestStream,
                ["stream-max-segment-size-bytes"] = LargestSegment,
            },
        }, cancel);
    }
}
