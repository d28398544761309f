using System.Text.Json.Nodes;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>
/// Runs a command for several servers, some at a time. It goes on after a failure, but not if the broker does not answer.
/// </summary>
/// <param name="what">The text beside the progress bar.</param>
/// <param name="changed">What the command did, for the summary: <c>Enrolled</c>.</param>
/// <param name="unchanged">The same for servers with nothing to do.</param>
internal sealed class ServerBatch(CommandOutput output, string what, string changed, string unchanged)
{
    private const int Concurrency = 8;

    /// <summary>True to write the messages of each server.</summary>
    public bool ShowsMessages { get; init; }

    /// <param name="act">Runs the command for a server. Returns false if there was nothing to do.</param>
    public async Task RunAsync(IReadOnlyList<string> servers, Func<string, CommandOutput, Task<bool>> act, CancellationToken cancel)
    {
        ServerRun[] runs = [.. servers.Select(server => new ServerRun(server, output.IsJson))];
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        ParallelOptions options = new() { MaxDegreeOfParallelism = Concurrency, CancellationToken = stop.Token };
        await ProgressIndicator.RunAsync(what, runs.Length, async step =>
        {
            try
            {
                await Parallel.ForEachAsync(runs, options, async (run, _) =>
                {
                    await run.RunAsync(act);
                    step();
                    if (run.Error?.ExitCode == ExitCode.BrokerUnreachable)
                    {
                        await stop.CancelAsync();
                    }
                });
            }
            catch (OperationCanceledException)
            {
                // The summary says how many were not tried.
            }
        });
        Report(runs);
    }

    private void Report(ServerRun[] runs)
    {
        ServerRun[] failed = [.. runs.Where(run => run.Error is not null)];
        if (output.IsJson)
        {
            output.AddField("servers", new JsonArray([.. runs.Where(run => run.IsTried).Select(run => run.TakeJson())]));
        }
        else
        {
            foreach (ServerRun run in runs)
            {
                run.WriteText(output, ShowsMessages);
            }
        }

        foreach (string message in failed.Select(run => run.FailureMessage).Distinct())
        {
            output.WriteMessage(message);
        }

        output.WriteMessage(Summarize(runs, failed.Length));
        output.FinalExitCode = failed.FirstOrDefault()?.Error?.ExitCode
            ?? (runs.All(run => run.IsTried) ? ExitCode.Success : ExitCode.Failure);
    }

    private string Summarize(ServerRun[] runs, int failed)
    {
        (string Text, int Count)[] parts =
        [
            (changed, runs.Count(run => run.HasChanged == true)),
            (unchanged, runs.Count(run => run.HasChanged == false)),
            ("Failed", failed),
            ("Not tried", runs.Count(run => !run.IsTried)),
        ];
        return string.Join(' ', parts.Where(part => part.Count > 0).Select(part => $"{part.Text}: {part.Count}."));
    }
}
