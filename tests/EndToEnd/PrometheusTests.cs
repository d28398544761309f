using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests;

/// <summary>Metrics, rules and dashboard with a real Prometheus and promtool.</summary>
public sealed class PrometheusTests(TestBroker broker)
{
    [Theory]
    [InlineData("check", "config", "scrape.yml")]
    [InlineData("check", "rules", "f2bbroker.rules.yml")]
    [InlineData("test", "rules", "f2bbroker.test.yml")]
    public async Task Promtool_reports_no_error(string command, string what, string file)
    {
        Built.Outcome outcome = await Built.RunAsync("promtool", [command, what, Repository.Path($"deploy/prometheus/{file}")]);
        Assert.True(outcome.ExitCode == 0, $"{outcome.Output}{outcome.Errors}");
    }

    [Fact]
    public async Task Prometheus_scrapes_daemons_and_broker_answers_the_dashboards_queries_and_raises_an_alert()
    {
        await broker.ResetAsync();
        await using Server web1 = await Server.EnrollAsync(broker, "web1");
        PortPair ports = await web1.MeasureAsync();
        Daemon producer = await web1.StartProducerAsync();
        await web1.StartConsumerAsync();
        await web1.LogBansAsync("203.0.113.1");
        await AssertValidAsync(await Scrape.ShowsAsync(ports.First, "f2bbroker_bans_published_total 1"));
        await AssertValidAsync(await Scrape.ShowsAsync(ports.Second, "f2bbroker_bans_skipped_total{reason=\"of this server itself\"} 1"));
        Dictionary<string, string> targets = new()
        {
            ["127.0.0.1:9710"] = $"localhost:{ports.First}",
            ["127.0.0.1:9711"] = $"127.0.0.1:{ports.Second}",
        };
        if (broker.MetricsPort is { } port)
        {
            targets["127.0.0.1:15692"] = $"127.0.0.1:{port}";
        }

        await using Prometheus prometheus = await Prometheus.StartAsync(targets);
        await Eventually.TrueAsync(
            async () => (await prometheus.UpAsync()).SequenceEqual(targets.Values.Order()),
            () => "Not all targets are up.");
        foreach (string expression in Dashboard()
                .Where(expression => broker.MetricsPort is not null || !expression.Contains("rabbitmq", StringComparison.Ordinal)))
        {
            await AnswersAsync(prometheus, expression);
        }

        await Eventually.TrueAsync(async () => (await prometheus.FiringAsync()).Count == 0, () => "Alerts fire.");
        Assert.Equal(0, await producer.StopAsync());
        IReadOnlyList<string> firing = [];
        await Eventually.TrueAsync(async () => (firing = await prometheus.FiringAsync()).Count > 0, () => "No alert fires.");
        Assert.Equal([$"F2bBrokerDaemonDown localhost:{ports.First}"], firing);
    }

    /// <summary>Asserts that a query has no error, and returns values unless it is a rate of events that do not occur here.</summary>
    private static async Task AnswersAsync(Prometheus prometheus, string expression)
    {
        (JsonArray Result, string? Error) answer = default;
        bool hasValues = !expression.Contains("rate(", StringComparison.Ordinal);
        await Eventually.TrueAsync(
            async () =>
            {
                answer = await prometheus.QueryAsync(expression);
                return answer.Error is not null || answer.Result.Count > 0 || !hasValues;
            },
            () => $"No values: {expression}");
        Assert.True(answer.Error is null, $"{expression}: {answer.Error}");
    }

    private static async Task AssertValidAsync(Scrape scrape)
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["metrics"], scrape.Text);
        Built.Outcome outcome = await Built.RunAsync("sh", ["-c", "promtool check metrics <\"$0\"", folder["metrics"]]);
        Assert.True(outcome.ExitCode == 0 && outcome.Errors.Length == 0, $"{outcome.Output}{outcome.Errors}{scrape.Text}");
    }

    /// <summary>Returns the dashboard's expressions as Grafana sends them.</summary>
    private static IEnumerable<string> Dashboard()
    {
        JsonNode dashboard = JsonNode.Parse(File.ReadAllText(Repository.Path("deploy/grafana/f2bbroker.json")))!;
        return dashboard["panels"]!
            .AsArray()
            .SelectMany(panel => panel!["targets"]!.AsArray())
            .Select(target =>
                ((string)target!["expr"]!)
                    .Replace("$__rate_interval", "1m", StringComparison.Ordinal)
                    .Replace("$instance", ".+", StringComparison.Ordinal));
    }
}
