using System.Globalization;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using Spectre.Console;

namespace F2bBroker.Admin.History;

/// <summary>Shows bans as they are published on a terminal: a table of the latest ones, and the number of each server.</summary>
internal sealed class LiveBanTable(IAnsiConsole console, TimeProvider time)
{
    private const int OtherLines = 8;

    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(200);

    private readonly Lock gate = new();
    private readonly Queue<Ban> last = new();
    private readonly SortedDictionary<string, int> counts = new(StringComparer.Ordinal);

    /// <summary>Shows the bans until there are no more.</summary>
    public Task ShowAsync(IAsyncEnumerable<Ban> bans, CancellationToken cancel) => console.Live(Render()).StartAsync(async live =>
    {
        Task taking = CollectAsync(bans);
        while (!taking.IsCompleted)
        {
            live.UpdateTarget(Render());
            await Task.WhenAny(taking, Task.Delay(RefreshInterval, time, cancel));
        }

        live.UpdateTarget(Render());
        await taking;
    });

    private int Lines => Math.Max(5, console.Profile.Height - OtherLines);

    private async Task CollectAsync(IAsyncEnumerable<Ban> bans)
    {
        await foreach (Ban ban in bans)
        {
            lock (gate)
            {
                last.Enqueue(ban);
                while (last.Count > Lines)
                {
                    last.Dequeue();
                }

                counts[ban.Server] = counts.GetValueOrDefault(ban.Server) + 1;
            }
        }
    }

    private Table Render()
    {
        Table table = new Table().RoundedBorder().AddColumns("Detected", "Address", "Jail", "Server");
        lock (gate)
        {
            foreach (Ban ban in last)
            {
                table.AddRow(
                    new Text(UtcTimestamp.Format(ban.DetectedAt)),
                    new Text(ban.Ip.ToString()),
                    new Text(JailName.Sanitize(ban.Jail)),
                    new Text(BanFormat.ReporterText(ban)));
            }

            string text = string.Join(
                ", ",
                counts.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value}")));
            table.Caption = new TableTitle(Markup.Escape($"{(text.Length > 0 ? text : "no ban yet")}   Ctrl+C ends"));
        }

        return table;
    }
}
