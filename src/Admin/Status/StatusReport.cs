using F2bBroker.Admin.Health;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using Spectre.Console;

namespace F2bBroker.Admin.Status;

/// <summary><c>f2bbroker status</c>: prints the status once or repeatedly.</summary>
internal sealed class StatusReport(
    GroupStatus status,
    ReportCounts reports,
    HistoryStartReader history,
    HealthCollector health,
    TimeProvider time,
    bool isJson)
{
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(2);

    public async Task PrintAsync(CancellationToken cancel)
    {
        GroupSnapshot group = await WaitIndicator.RunAsync($"Reading {Topology.HistoryStream} and {Topology.HealthStream}", async show =>
        {
            IReadOnlyDictionary<string, Role?> servers = await status.ReadServersAsync(cancel);
            await CollectAsync(servers, follows: false, cancel);
            show("Asking the management API");
            return await status.ReadAsync(servers, reports.Snapshot(), history.Start, health.Snapshot(), cancel);
        });
        Console.WriteLine(isJson ? Json.Indented(group.Servers) : group.FormatTable());
    }

    /// <summary>
    /// Prints the status until it is cancelled: on a terminal in place, otherwise one after the other; as JSON one line each time.
    /// </summary>
    public async Task WatchAsync(CancellationToken cancel)
    {
        Task following = CollectAsync(await status.ReadServersAsync(cancel), follows: true, cancel);
        try
        {
            await (isJson || Console.IsOutputRedirected ? AppendAsync(cancel) : UpdateInPlaceAsync(cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Cancelled by the operator.
        }

        await following;
    }

    private Task CollectAsync(IReadOnlyDictionary<string, Role?> servers, bool follows, CancellationToken cancel) => Task.WhenAll(
        reports.CollectAsync(follows, cancel),
        history.CollectAsync(follows, cancel),
        health.CollectAsync([.. servers.SelectMany(server => ServerPrograms.RequiredBy(server.Key, server.Value))], follows, cancel));

    private Task AppendAsync(CancellationToken cancel) => EachAsync(
        group => Console.WriteLine(isJson ? Json.Compact(group.Servers) : group.FormatTable() + "\n"),
        cancel);

    private Task UpdateInPlaceAsync(CancellationToken cancel) => AnsiConsole.Live(new Text("")).StartAsync(live => EachAsync(
        group => live.UpdateTarget(
            new Text($"{group.FormatTable()}\n\n{UtcTimestamp.Format(time.GetUtcNow())}   Ctrl+C ends")),
        cancel));

    private async Task EachAsync(Action<GroupSnapshot> show, CancellationToken cancel)
    {
        while (true)
        {
            IReadOnlyDictionary<string, Role?> servers = await status.ReadServersAsync(cancel);
            // The health messages before the connections: a program that sends messages has connected before.
            HealthSnapshot? known = health.Snapshot();
            show(await status.ReadAsync(servers, reports.Snapshot(), history.Start, known, cancel));
            await Task.Delay(RefreshInterval, time, cancel);
        }
    }
}
