using System.Text.RegularExpressions;

namespace F2bBroker.UnitTests.Daemon;

/// <summary>
/// Rules, dashboard and documentation speak of the same metrics and alerts; that these are what is shown is for MetricsTests.
/// </summary>
public sealed class MetricNamesTests
{
    private static string Rules => File.ReadAllText(Repository.Path("deploy/prometheus/f2bbroker.rules.yml"));

    private static string[] Alerts => [.. Regex.Matches(Rules, @"- alert: (\w+)").Select(match => match.Groups[1].Value)];

    [Theory]
    [InlineData("deploy/prometheus/f2bbroker.rules.yml")]
    [InlineData("deploy/prometheus/f2bbroker.test.yml")]
    [InlineData("deploy/grafana/f2bbroker.json")]
    public void Only_metrics_of_the_table_are_used(string file)
    {
        string[] documented =
        [
            .. Regex
                .Matches(File.ReadAllText(Repository.Path("docs/metrics.md")), @"(?m)^\| `(f2bbroker_\w+)`")
                .Select(match => match.Groups[1].Value),
        ];
        // A histogram is shown as several series.
        string[] used =
        [
            .. Regex
                .Matches(File.ReadAllText(Repository.Path(file)), @"\bf2bbroker_\w+")
                .Select(match => Regex.Replace(match.Value, "_bucket$", ""))
                .Distinct(),
        ];
        Assert.NotEmpty(used);
        Assert.Subset(documented.ToHashSet(), used.ToHashSet());
    }

    [Fact]
    public void Each_alert_is_described_under_its_own_heading_to_which_its_runbook_links()
    {
        Assert.Equal(
            Alerts,
            Regex
                .Matches(File.ReadAllText(Repository.Path("docs/operate.md")), @"(?m)^### (F2bBroker\w+)$")
                .Select(match => match.Groups[1].Value));
        Assert.Equal(
            Alerts.Select(alert => $"docs/operate.md#{alert.ToLowerInvariant()}"),
            Regex.Matches(Rules, @"runbook: (\S+)").Select(match => match.Groups[1].Value));
        Assert.Equal(Alerts.Length, Regex.Count(Rules, "summary: .") + Regex.Count(Rules, "description: .") - Alerts.Length);
    }

    [Fact]
    public void Each_alert_is_tested_to_fire_and_not_to_fire()
    {
        string tests = File.ReadAllText(Repository.Path("deploy/prometheus/f2bbroker.test.yml"));
        Assert.All(Alerts, alert =>
        {
            Assert.Contains($"alertname: {alert}, exp_alerts: []", tests, StringComparison.Ordinal);
            Assert.Matches($@"alertname: {alert}\n\s+exp_alerts:\n\s+- exp_labels", tests);
        });
    }
}
