using F2bBroker.Contracts;
using Spectre.Console;

namespace F2bBroker.Admin;

/// <summary><c>f2bbroker status</c>, once or again and again.</summary>
internal sealed class StatusReport(GroupStatus status, RecentReports reports, TimeProvider time, bool isJson)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public async Task PrintAsync(CancellationToken cancel)
    {
        IReadOnlyList<ServerStatus> servers = await Waiting.ForAsync($"Reading {Topology.History}", async () =>
        {
            await reports.TakeAsync(follows: false, cancel);
            return await status.ReadAsync(reports.Now(), cancel);
        });
        Console.WriteLine(isJson ? Json.Of(servers) : ServerStatus.TableOf(servers));
    }

    /// <summary>Until it is cancelled: on a terminal in its place, else one below the other; as JSON a line each time.</summary>
    public async Task WatchAsync(CancellationToken cancel)
    {
        Task following = reports.TakeAsync(follows: true, cancel);
        try
        {
            await (isJson || Console.IsOutputRedirected
                ? EachAsync(servers => Console.WriteLine(isJson ? Json.LineOf(servers) : ServerStatus.TableOf(servers) + "\n"), cancel)
                : AnsiConsole.Live(new Text("")).StartAsync(live => EachAsync(
                    servers => live.UpdateTarget(new Text($"{ServerStatus.TableOf(servers)}\n\n{UtcText.Print(time.GetUtcNow())}   Ctrl+C ends")), cancel)));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The operator has seen enough.
        }

        await following;
    }

    private async Task EachAsync(Action<IReadOnlyList<ServerStatus>> show, CancellationToken cancel)
    {
        while (true)
        {
            show(await status.ReadAsync(reports.Now(), cancel));
            await Task.Delay(Pause, time, cancel);
        }
    }
}
