using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class BanEvaluatorTests
{
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly LatestBanTime latestBan;

    public BanEvaluatorTests() => latestBan = new LatestBanTime(clock);

    [Fact]
    public void The_newest_remembered_ban_is_the_latest_ban()
    {
        Assert.Null(latestBan.Value);
        BanEvaluator evaluator = NewEvaluator();
        foreach (int hours in new[] { -2, -1, -3 })
        {
            evaluator.Remember(Line(Some.Ban(at: Some.Time.AddHours(hours))));
        }

        Assert.Equal(Some.Time.AddHours(-1), latestBan.Value);
        latestBan.Update(Some.Ban(at: Some.Time.AddMinutes(5)));
        Assert.Equal(Some.Time, latestBan.Value);
    }

    [Fact]
    public void The_quorum_counts_remembered_and_new_reports()
    {
        BanEvaluator evaluator = NewEvaluator("consumer:quorum=2");
        Ban reported = Some.Ban(server: "web1");
        evaluator.Remember(new MonitoredLogLine(Some.Time, MonitoredLogLine.ReportText(reported), reported));
        Assert.Equal(new BanOutcome.Duplicate(), evaluator.Evaluate(reported));
        Ban other = Some.Ban("203.0.113.8");
        Assert.Equal(new BanOutcome.Written(MonitoredLogLine.ReportText(other)), evaluator.Evaluate(other));
        Ban second = Some.Ban(server: "web3");
        Assert.Equal(Written(second), evaluator.Evaluate(second));
        Ban secondOfOther = Some.Ban("203.0.113.8", server: "web3");
        Assert.Equal(Written(secondOfOther), evaluator.Evaluate(secondOfOther));
    }

    [Fact]
    public void A_bridge_writes_a_forwarded_ban_as_a_report_and_another_server_bans_it()
    {
        Ban forwarded = Some.Ban() with { Via = "a1" };
        Ban own = Some.Ban("203.0.113.8");
        BanEvaluator bridge = NewEvaluator("consumer:bridge=true");
        Assert.Equal(new BanOutcome.Written(MonitoredLogLine.ReportText(forwarded)), bridge.Evaluate(forwarded));
        Assert.Equal(new BanOutcome.Duplicate(), bridge.Evaluate(forwarded with { Via = null }));
        Assert.Equal(Written(own), bridge.Evaluate(own));
        Assert.Equal(Written(forwarded), NewEvaluator().Evaluate(forwarded));
    }

    [Fact]
    public void Maxbans_counts_remembered_bans_but_no_duplicates()
    {
        Ban[] bans = [.. Enumerable.Range(1, 4).Select(i => Some.Ban($"203.0.113.{i}"))];
        BanEvaluator evaluator = NewEvaluator("consumer:maxbans=3/10m");
        evaluator.Remember(Line(bans[0]));
        evaluator.Remember(Line(bans[1]));
        Assert.Equal(
            [new BanOutcome.Duplicate(), Written(bans[2]), new BanOutcome.Quarantined(Some.Time.AddMinutes(30))],
            new[] { bans[1], bans[2], bans[3] }.Select(ban => evaluator.Evaluate(ban)));
    }

    [Fact]
    public void A_ban_of_the_stream_counts_for_its_live_message_and_is_not_written_if_its_server_is_quarantined()
    {
        BanEvaluator evaluator = NewEvaluator("consumer:maxbans=2/10m");
        Ban[] bans = [.. Enumerable.Range(1, 6).Select(i => Some.Ban($"203.0.113.{i}"))];
        Assert.Equal(Written(bans[0]), evaluator.Evaluate(bans[0], DeliverySource.HistoryStream));
        Assert.Equal(new BanOutcome.Duplicate(), evaluator.Evaluate(bans[0]));
        Assert.Equal(Written(bans[1]), evaluator.Evaluate(bans[1]));
        BanOutcome quarantined = new BanOutcome.Quarantined(Some.Time.AddMinutes(30));
        Assert.Equal(quarantined, evaluator.Evaluate(bans[2]));
        Assert.Equal(quarantined, evaluator.Evaluate(bans[3], DeliverySource.HistoryStream));
        Assert.Equal(Written(bans[4]), evaluator.Evaluate(bans[4], DeliverySource.Requeued));
        Assert.Equal(quarantined, evaluator.Evaluate(bans[5]));
    }

    [Fact]
    public void A_ban_that_was_quarantined_in_an_earlier_run_is_not_written_from_the_stream_although_it_was_published_before_a_written_one()
    {
        BanEvaluator evaluator = NewEvaluator("consumer:maxbans=2/10m");
        Ban[] bans = [.. Enumerable.Range(1, 4).Select(i => Some.Ban($"203.0.113.{i}"))];
        // The queue delivered the second ban after the third.
        evaluator.Remember(Line(bans[0]));
        evaluator.Remember(Line(bans[2]));
        BanOutcome quarantined = new BanOutcome.Quarantined(Some.Time.AddMinutes(30));
        Assert.Equal(quarantined, evaluator.Evaluate(bans[1], DeliverySource.HistoryStream));
        Assert.Equal(quarantined, evaluator.Evaluate(bans[3]));
        Ban other = Some.Ban(server: "web3");
        Assert.Equal(Written(other), evaluator.Evaluate(other, DeliverySource.HistoryStream));
    }

    [Fact]
    public void An_old_ban_of_the_stream_is_not_counted()
    {
        BanEvaluator evaluator = NewEvaluator("consumer:maxbans=2/10m");
        Ban old = Some.Ban(server: "web3", at: Some.Time.AddHours(-2));
        Assert.Equal(Written(old), evaluator.Evaluate(old, DeliverySource.HistoryStream));
        Assert.Equal(
            [true, true, false],
            Enumerable.Range(1, 3).Select(i => evaluator.Evaluate(Some.Ban($"203.0.113.{i}", server: "web3")) is BanOutcome.Written));
    }

    [Fact]
    public void A_ban_of_a_server_on_trial_is_a_trial_after_all_other_rules()
    {
        BanEvaluator evaluator = NewEvaluator(
            "consumer:trial=true",
            "consumer:maxbans=2/10m",
            "from web3:trial=false",
            "from web4:quorum=2");
        Ban ban = Some.Ban();
        Assert.Equal(new BanOutcome.Written(MonitoredLogLine.TrialText(ban)), evaluator.Evaluate(ban));
        Assert.Equal(new BanOutcome.Duplicate(), evaluator.Evaluate(ban));
        Ban other = Some.Ban("203.0.113.8");
        Assert.Equal(new BanOutcome.Written(MonitoredLogLine.TrialText(other)), evaluator.Evaluate(other));
        Assert.IsType<BanOutcome.Quarantined>(evaluator.Evaluate(Some.Ban("203.0.113.9")));
        Ban enforced = Some.Ban("203.0.113.9", server: "web3");
        Assert.Equal(Written(enforced), evaluator.Evaluate(enforced));
        Ban reported = Some.Ban("203.0.113.10", server: "web4");
        Assert.Equal(new BanOutcome.Written(MonitoredLogLine.ReportText(reported)), evaluator.Evaluate(reported));
    }

    [Fact]
    public void Only_trials_without_a_ban_are_taken_and_only_of_servers_that_are_not_on_trial()
    {
        BanEvaluator evaluator = NewEvaluator("from web9:trial=true");
        Ban[] bans = [.. Enumerable.Range(1, 5).Select(i => Some.Ban($"203.0.113.{i}"))];
        evaluator.Remember(Line(bans[0]));
        foreach (Ban ban in bans[..3].Append(Some.Ban(server: "web9")))
        {
            evaluator.Remember(new MonitoredLogLine(Some.Time, MonitoredLogLine.TrialText(ban), ban));
        }

        evaluator.Remember(Line(bans[1]));
        evaluator.Remember(new MonitoredLogLine(Some.Time, MonitoredLogLine.TrialText(bans[1]), bans[1]));
        evaluator.Remember(new MonitoredLogLine(Some.Time, MonitoredLogLine.ReportText(bans[3]), bans[3]));
        Assert.Equal([bans[2]], evaluator.TakeEarlierTrials());
        Assert.Empty(evaluator.TakeEarlierTrials());
        Assert.Equal(new BanOutcome.Duplicate(), evaluator.Evaluate(bans[2]));
    }

    [Fact]
    public void An_earlier_trial_becomes_a_ban_without_counting_for_maxbans_and_only_if_it_reaches_the_present_quorum()
    {
        BanEvaluator evaluator = NewEvaluator("consumer:maxbans=1/10m", "from web4:quorum=2");
        Ban[] trials = [.. Enumerable.Range(1, 5).Select(i => Some.Ban($"203.0.113.{i}", at: Some.Time.AddHours(-1)))];
        Ban alone = Some.Ban("203.0.113.9", server: "web4", at: Some.Time.AddHours(-1));
        Ban second = Some.Ban("203.0.113.1", server: "web4", at: Some.Time.AddHours(-1));
        foreach (Ban trial in trials.Append(alone).Append(second))
        {
            evaluator.Remember(new MonitoredLogLine(trial.DetectedAt, MonitoredLogLine.TrialText(trial), trial));
        }

        Assert.Equal(7, evaluator.TakeEarlierTrials().Count);
        Assert.Equal(trials.Select(Written), trials.Select(trial => evaluator.Evaluate(trial, DeliverySource.EarlierTrial)));
        Assert.Equal(new BanOutcome.BelowQuorum(), evaluator.Evaluate(alone, DeliverySource.EarlierTrial));
        Assert.Equal(Written(second), evaluator.Evaluate(second, DeliverySource.EarlierTrial));
        Ban live = Some.Ban("203.0.113.20");
        Assert.Equal(Written(live), evaluator.Evaluate(live));
    }

    private BanEvaluator NewEvaluator(params string[] values)
    {
        Settings settings = Some.Settings(values);
        ServerQuarantine quarantine = new(settings, clock, NullLogger<ServerQuarantine>.Instance);
        return new BanEvaluator(settings.Consumer, quarantine, latestBan, clock);
    }

    private static BanOutcome Written(Ban ban) => new BanOutcome.Written(MonitoredLogLine.BanText(ban));

    private static MonitoredLogLine Line(Ban ban) => new(Some.Time, MonitoredLogLine.BanText(ban), ban);
}
