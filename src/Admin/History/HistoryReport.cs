using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using Spectre.Console;

namespace F2bBroker.Admin.History;

/// <summary><c>f2bbroker history</c> and <c>f2bbroker watch</c>: print the bans of the stream, oldest first.</summary>
/// <param name="warn">Receives warnings.</param>
internal sealed class HistoryReport(HistoryReader history, BanSelection filter, TimeProvider time, Action<string> warn)
{
    private static readonly TimeSpan MaxSince = TimeSpan.FromDays(366);

    /// <exception cref="CommandFailedException">The text is not a duration.</exception>
    public static TimeSpan ParseSince(string text) =>
        Duration.Parse(text) is { } span && span <= MaxSince
            ? span
            : throw new CommandFailedException(
                ExitCode.Configuration,
                $"--since: {UntrustedText.Quote(text)} is not a duration of at most {MaxSince.TotalDays} days such as 1h or 1d.");

    /// <summary>Prints each ban once as text, and on a terminal a bar for each hour.</summary>
    public async Task PrintAsync(TimeSpan span, CancellationToken cancel)
    {
        HourChart chart = new();
        await foreach (Ban ban in ReadDistinctAsync(span, cancel))
        {
            Console.WriteLine(BanFormat.Text(ban));
            chart.Count(ban.DetectedAt);
        }

        if (!Console.IsOutputRedirected)
        {
            chart.Print(AnsiConsole.Console);
        }

        history.WarnAboutRefused(warn);
    }

    public async Task PrintCsvAsync(TimeSpan span, CancellationToken cancel)
    {
        Console.WriteLine(BanFormat.CsvHead);
        await foreach (Ban ban in ReadDistinctAsync(span, cancel))
        {
            Console.WriteLine(BanFormat.Csv(ban));
        }

        history.WarnAboutRefused(warn);
    }

    /// <summary>Prints a JSON array.</summary>
    public async Task PrintJsonAsync(TimeSpan span, CancellationToken cancel)
    {
        string before = "[";
        await foreach (Ban ban in ReadDistinctAsync(span, cancel))
        {
            Console.WriteLine($"{before}{BanFormat.Json(ban)}");
            before = ",";
        }

        Console.WriteLine(before == "[" ? "[]" : "]");
        history.WarnAboutRefused(warn);
    }

    /// <summary>Prints bans as they are published until it is cancelled: on a terminal as a table, otherwise as lines.</summary>
    public async Task WatchAsync(TimeSpan span, bool asJson, CancellationToken cancel)
    {
        try
        {
            IAsyncEnumerable<Ban> bans = history.ReadAsync(time.GetUtcNow() - span, follows: true, cancel).Where(filter.Matches);
            if (!asJson && !Console.IsOutputRedirected)
            {
                await new LiveBanTable(AnsiConsole.Console, time).ShowAsync(bans, cancel);
                return;
            }

            await foreach (Ban ban in bans)
            {
                Console.WriteLine(asJson ? BanFormat.Json(ban) : BanFormat.Text(ban));
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Cancelled by the operator.
        }
    }

    private IAsyncEnumerable<Ban> ReadDistinctAsync(TimeSpan span, CancellationToken cancel)
    {
        if (!Console.IsErrorRedirected)
        {
            warn($"Reading {Topology.HistoryStream} …");
        }

        return history.ReadAsync(time.GetUtcNow() - span, follows: false, cancel).Where(filter.Matches).DistinctBy(ban => ban.MessageId);
    }
}
