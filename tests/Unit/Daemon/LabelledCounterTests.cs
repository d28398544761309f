using System.Diagnostics.Metrics;
using F2bBroker.Daemon.Metrics;

namespace F2bBroker.UnitTests.Daemon;

public sealed class LabelledCounterTests
{
    [Fact]
    public void Each_pair_of_labels_is_counted_separately()
    {
        LabelledCounter counts = new("origin", "reason");
        counts.Add("web1", "body");
        counts.Add("web1", "time");
        counts.Add("web1", "body");
        Assert.Equal(["origin=web1 reason=body 2", "origin=web1 reason=time 1"], counts.GetMeasurements().Select(Text).Order());
    }

    [Fact]
    public void The_number_of_series_is_limited_and_every_item_is_counted()
    {
        LabelledCounter counts = new("origin", "reason");
        for (int i = 0; i < 10_000; i++)
        {
            counts.Add($"web{i}", "body");
            counts.Add("web0", "time");
        }

        Measurement<long>[] all = [.. counts.GetMeasurements()];
        Assert.Equal(LabelledCounter.MaxSeries + 1, all.Length);
        Assert.Equal(20_000, all.Sum(count => count.Value));
        Assert.Contains("origin=web0 reason=time 10000", all.Select(Text));
        Assert.Contains($"origin=(other) reason=body {10_000 - (LabelledCounter.MaxSeries - 1)}", all.Select(Text));
    }

    [Fact]
    public void One_label_is_enough()
    {
        LabelledCounter counts = new("reason");
        counts.Add("older than maxage");
        Assert.Equal(["reason=older than maxage 1"], counts.GetMeasurements().Select(Text));
    }

    private static string Text(Measurement<long> count)
    {
        List<string> labels = [];
        foreach (KeyValuePair<string, object?> label in count.Tags)
        {
            labels.Add($"{label.Key}={label.Value}");
        }

        return $"{string.Join(' ', labels)} {count.Value}";
    }
}
