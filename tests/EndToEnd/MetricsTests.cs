using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace F2bBroker.EndToEndTests;

/// <summary>The metrics that both daemons serve.</summary>
public sealed class MetricsTests(TestBroker broker) : IAsyncLifetime
{
    private const string Contact = "f2bbroker_broker_contact_timestamp_seconds";
    private const string Clock = "f2bbroker_clock_seconds";

    private TestGroup group = null!;
    private Server web1 = null!;
    private Server web2 = null!;
    private PortPair ports = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        web1 = await group.EnrollAsync("web1");
        web2 = await group.EnrollAsync("web2", "maxbans = 5/10m");
        ports = await web2.MeasureAsync();
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task Each_outcome_of_a_ban_is_counted_and_each_metric_is_documented()
    {
        await using Cable cable = new(broker.Host, broker.Port);
        await File.AppendAllTextAsync(
            web2.Configuration,
            "[from web4]\ntrial = true\n",
            TestContext.Current.CancellationToken);
        Daemon producer = await web2.StartProducerAsync($"F2BBROKER_BROKER__URI={cable.Uri}");
        Daemon consumer = await web2.StartConsumerAsync();
        Assert.Equal([ports.First, ports.Second], new[] { producer, consumer }.SelectMany(daemon => PortPair.Of(daemon.Id)));
        await ReportsAsync(cable);
        await ReceivesAsync();
        await HoldsAsync();
        await broker.DeleteAsync("queues/f2b/f2b.bans.web2");
        Scrape received = await Scrape.ShowsAsync(ports.Second, "f2bbroker_queue_remade_total 1");
        Scrape reported = await Scrape.OfAsync(ports.First, "localhost");
        Assert.All([reported, received], scrape => Assert.InRange(scrape[Clock], Now - 60, Now));
        Assert.All([reported, received], scrape => Assert.InRange(scrape[Contact], Now - 60, Now));
        Assert.Equal(Documented("producer"), reported.Types.Order());
        Assert.Equal(Documented("consumer"), received.Types.Order());

        // Connections of the old process that are still in TIME_WAIT do not block the port.
        Assert.Equal(0, await consumer.StopAsync());
        await web2.StartConsumerAsync();
        await Scrape.ShowsAsync(ports.Second, "f2bbroker_queue_remade_total 0");
    }

    [Fact]
    public async Task No_port_is_opened_unless_an_address_is_configured()
    {
        Daemon[] daemons = [web1.Start(Built.Producer), web1.Start(Built.Consumer)];
        await daemons[0].SaysAsync("Following ");
        await daemons[1].SaysAsync("Receiving from ");
        Assert.All(daemons, daemon => Assert.Empty(PortPair.Of(daemon.Id)));
    }

    [Fact]
    public async Task An_occupied_port_is_logged_and_ends_the_start()
    {
        using TcpListener first = PortPair.Take(ports.First);
        using TcpListener second = PortPair.Take(ports.Second);
        await EndsAsync(web2.Start(Built.Producer), ports.First);
        await EndsAsync(web2.Start(Built.Consumer), ports.Second);
        Built.Outcome test = await Built.RunAsync(Built.Producer, ["--test=config", "--config", web2.Configuration]);
        Assert.True(test.ExitCode == 0, test.Errors);
    }

    private static async Task EndsAsync(Daemon daemon, int port)
    {
        Assert.Equal(78, await daemon.EndAsync());
        Assert.EndsWith(
            $" CRITICAL [metrics] listen: this daemon cannot listen on 127.0.0.1:{port}: Address already in use. Name a port that is "
                + "free, and the next one too: the producer takes the one that is named, the consumer the next.",
            daemon.Said);
        Assert.Equal(1, daemon.Lines);
    }

    private static double Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    private async Task ReportsAsync(Cable cable)
    {
        await web2.LogBansAsync("203.0.113.1");
        await web2.LogAsync("fail2ban.actions        [1674]: NOTICE  [recidive] Ban 203.0.113.2");
        double before = (await Scrape.ShowsAsync(ports.First, "f2bbroker_bans_published_total 1", "f2bbroker_bans_unconfirmed 0",
            "f2bbroker_ban_lines_passed_over_total{reason=\"of an ignored jail\"} 1"))[Contact];
        cable.Cut();
        await web2.LogBansAsync("203.0.113.3", "203.0.113.4");
        await Scrape.ShowsAsync(ports.First, "f2bbroker_bans_published_total 1", "f2bbroker_bans_unconfirmed 2");
        cable.Mend();
        Scrape after = await Scrape.ShowsAsync(ports.First, "f2bbroker_bans_published_total 3", "f2bbroker_bans_unconfirmed 0");
        Assert.InRange(after[Contact], before, Now);
    }

    private async Task ReceivesAsync()
    {
        await using Sender sender = await Sender.ConnectAsync(broker, web1);
        string ban = sender.Body("203.0.113.7");
        await sender.PublishAsync(ban);
        await sender.PublishAsync(ban);
        await sender.PublishBanAsync("10.0.0.1");
        await sender.PublishAsync("{");
        await sender.PublishAsync(ban.Replace("203.0.113.7", "1.2.3"));
        await sender.PublishAsync(ban.Replace("web1", "web3"));
        await sender.PublishAsync(ban.Replace("\"detectedAt\":\"20", "\"detectedAt\":\"30"));
        await sender.PublishAsync(new string(' ', 9000) + ban);
        await sender.PublishAsync(ban, properties => properties.ClearUserId());
        Sender onTrial = await group.EnrollSenderAsync("web4");
        await onTrial.PublishBanAsync("203.0.113.7");
        await Scrape.ShowsAsync(
            ports.Second,
            "f2bbroker_bans_written_total{origin=\"web1\"} 1",
            "f2bbroker_bans_duplicate_total 1",
            "f2bbroker_bans_trial_total{origin=\"web4\"} 1",
            "f2bbroker_ban_lag_seconds_count 2",
            "f2bbroker_bans_skipped_total{reason=\"of a private address\"} 1",
            "f2bbroker_bans_skipped_total{reason=\"of this server itself\"} 3",
            "f2bbroker_messages_refused_total{origin=\"web1\",reason=\"body\"} 1",
            "f2bbroker_messages_refused_total{origin=\"web1\",reason=\"field\"} 1",
            "f2bbroker_messages_refused_total{origin=\"web1\",reason=\"sender\"} 1",
            "f2bbroker_messages_refused_total{origin=\"web1\",reason=\"time\"} 1",
            "f2bbroker_messages_refused_total{origin=\"web1\",reason=\"length\"} 1",
            "f2bbroker_messages_refused_total{origin=\"(none)\",reason=\"sender\"} 1");
    }

    /// <summary>Holds a ban with a directory in place of the log, then reports more bans than <c>maxbans</c> allows.</summary>
    private async Task HoldsAsync()
    {
        await using Sender sender = await Sender.ConnectAsync(broker, web1);
        // The consumer may recreate the log in between.
        await Eventually.TrueAsync(() => IsReplaced(web2.BansLog), () => "The log cannot be replaced.");
        await sender.PublishBanAsync("203.0.113.10");
        await Scrape.ShowsAsync(ports.Second, "f2bbroker_bans_held 1", "f2bbroker_bans_written_total{origin=\"web1\"} 1");
        Directory.Delete(web2.BansLog);
        await Scrape.ShowsAsync(ports.Second, "f2bbroker_bans_held 0", "f2bbroker_bans_written_total{origin=\"web1\"} 2");
        for (int i = 11; i < 16; i++)
        {
            await sender.PublishBanAsync($"203.0.113.{i}");
        }

        await Scrape.ShowsAsync(
            ports.Second,
            "f2bbroker_bans_written_total{origin=\"web1\"} 5",
            "f2bbroker_bans_quarantined_total{origin=\"web1\"} 2");
    }

    private static bool IsReplaced(string log)
    {
        File.Delete(log);
        try
        {
            Directory.CreateDirectory(log);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Returns name and type of that daemon's metrics from the table of docs/metrics.md.</summary>
    private static IEnumerable<string> Documented(string daemon) => File.ReadLines(Repository.Path("docs/metrics.md"))
        .Select(line => Regex.Match(line, @"^\| `(f2bbroker_[a-z_]+)` \| ([a-z]+) \| ([a-z]+) \|"))
        .Where(match => match.Success && (match.Groups[3].Value == "both" || match.Groups[3].Value == daemon))
        .Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}").Order();
}
