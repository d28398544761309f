using F2bBroker.Daemon.Health;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Daemon.Metrics;
using F2bBroker.Producer.Metrics;
using F2bBroker.Producer.Parsing;
using F2bBroker.Producer.Publishing;
using F2bBroker.UnitTests.Daemon;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Producer;

public sealed class SkippedLinesTests : IDisposable
{
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly LoggedMessages log = new();
    private readonly HealthProblems problems;
    private readonly DaemonMeter meter;
    private readonly SkippedLines lines;

    public SkippedLinesTests()
    {
        problems = new HealthProblems(clock);
        meter = new DaemonMeter(new LastBrokerContact(clock), clock);
        lines = new SkippedLines(new ProducerMetrics(meter), problems, log, clock);
    }

    public void Dispose()
    {
        lines.Dispose();
        meter.Dispose();
    }

    [Fact]
    public void A_form_that_cannot_be_shared_is_named_at_once_then_counted_every_hour()
    {
        lines.Count(SkipReason.NoDate);
        lines.Count(SkipReason.NoDate);
        lines.Count(SkipReason.TooVerbose);
        string[] first =
        [
            "A ban was logged without a date. Such a ban cannot be shared, so other servers do not get it. Remove datetime=off from "
                + "fail2ban's logtarget, and restart fail2ban.",
            "A ban was logged in the form of fail2ban's -vvv, without a date. Such a ban cannot be shared, so other servers do not "
                + "get it. Restart fail2ban without -vvv.",
        ];
        Assert.Equal(first, log.Messages);
        clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(first, log.Messages);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([.. first, "More bans that cannot be shared: 1 without a date."], log.Messages);
        Assert.All(log.Levels, level => Assert.Equal(LogLevel.Warning, level));
    }

    [Fact]
    public void A_form_that_cannot_be_shared_is_a_problem_until_it_has_not_occurred_for_an_hour()
    {
        lines.Count(SkipReason.NoDate);
        clock.Advance(TimeSpan.FromMinutes(50));
        lines.Count(SkipReason.NoDate);
        clock.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal([log.Messages[0]], problems.Texts);
        clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Empty(problems.Texts);
        lines.Count(SkipReason.RestoreBan);
        Assert.Empty(problems.Texts);
    }

    [Fact]
    public void Other_lines_are_counted_every_minute_without_a_warning()
    {
        lines.Count(SkipReason.RestoreBan);
        lines.Count(SkipReason.RestoreBan);
        lines.Count(SkipReason.AlreadyBanned);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([LogLevel.Information], log.Levels);
        Assert.Equal(["Ban lines not shared: 2 Restore Ban, 1 already banned."], log.Messages);
    }
}
