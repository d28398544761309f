using System.Diagnostics.Metrics;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Daemon.Metrics;
using F2bBroker.Producer.Metrics;
using F2bBroker.Producer.Parsing;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Producer;

public sealed class SharedBanCountsTests : IDisposable
{
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly DaemonMeter meter;
    private readonly SharedBanCounts counts;

    public SharedBanCountsTests()
    {
        meter = new DaemonMeter(new LastBrokerContact(clock), clock);
        counts = new SharedBanCounts(meter, clock);
    }

    public void Dispose() => meter.Dispose();

    [Fact]
    public void Before_the_first_line_all_numbers_are_zero() => Assert.Equal(new Enforcement(0, 0, 0, 0, 0, null), counts.Current);

    [Fact]
    public void Each_result_is_counted_with_the_time_of_the_last_line()
    {
        clock.Advance(TimeSpan.FromMinutes(1));
        foreach (EnforcementResult result in Enum.GetValues<EnforcementResult>())
        {
            for (int i = 0; i <= (int)result; i++)
            {
                counts.Count(new EnforcementLine(result, Some.Time.AddSeconds((int)result)));
            }
        }

        Assert.Equal(new Enforcement(1, 2, 3, 4, 5, UtcTimestamp.Format(Some.Time.AddSeconds(4))), counts.Current);
    }

    [Fact]
    public void The_first_line_and_the_first_failed_action_are_told()
    {
        EnforcementLine banned = new(EnforcementResult.Banned, Some.Time);
        EnforcementLine failed = new(EnforcementResult.Failed, Some.Time);
        EnforcementLine earlier = failed with { At = Some.Time.AddHours(-1) };
        EnforcementLine[] lines = [earlier, banned, earlier, failed, failed, banned];
        Assert.Equal([true, false, false, true, false, false], lines.Select(counts.Count));
    }

    [Fact]
    public void A_line_from_before_the_start_changes_the_last_time_only()
    {
        counts.Count(new EnforcementLine(EnforcementResult.Banned, Some.Time.AddHours(-1)));
        counts.Count(new EnforcementLine(EnforcementResult.Banned, Some.Time.AddHours(-2)));
        Assert.Equal(new Enforcement(0, 0, 0, 0, 0, UtcTimestamp.Format(Some.Time.AddHours(-1))), counts.Current);
    }

    [Fact]
    public void A_line_from_after_the_last_checkpoint_is_counted()
    {
        counts.IncludeSince(Some.Time.AddHours(-1));
        counts.Count(new EnforcementLine(EnforcementResult.Banned, Some.Time.AddMinutes(-61)));
        counts.Count(new EnforcementLine(EnforcementResult.Banned, Some.Time.AddMinutes(-59)));
        Assert.Equal(new Enforcement(1, 0, 0, 0, 0, UtcTimestamp.Format(Some.Time.AddMinutes(-59))), counts.Current);
    }

    [Fact]
    public void A_line_without_a_fraction_of_a_second_counts_from_the_second_of_the_start()
    {
        counts.Count(new EnforcementLine(EnforcementResult.Banned, Some.Time.AddMilliseconds(-Some.Time.Millisecond)));
        Assert.Equal(1, counts.Current.Banned);
    }

    [Fact]
    public void A_time_in_the_future_counts_as_now()
    {
        counts.Count(new EnforcementLine(EnforcementResult.Banned, Some.Time.AddHours(1)));
        Assert.Equal(new Enforcement(1, 0, 0, 0, 0, UtcTimestamp.Format(Some.Time)), counts.Current);
    }

    [Fact]
    public void The_metric_has_each_result_from_the_start()
    {
        counts.Count(new EnforcementLine(EnforcementResult.AlreadyBanned, Some.Time));
        Dictionary<string, long> values = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, published) =>
        {
            if (instrument.Meter == meter.Meter && instrument.Name == "f2bbroker_shared_bans_enforced")
            {
                published.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, labels, _) => values.Add($"{labels[0].Key}={labels[0].Value}", value));
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal(
            new Dictionary<string, long>
            {
                ["result=banned"] = 0,
                ["result=already_banned"] = 1,
                ["result=ignored"] = 0,
                ["result=restored"] = 0,
                ["result=failed"] = 0,
            },
            values);
    }
}
