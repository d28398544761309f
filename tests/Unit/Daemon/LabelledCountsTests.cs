using System.Diagnostics.Metrics;
using F2bBroker.Daemon.Metrics;

namespace F2bBroker.UnitTests.Daemon;

public sealed class LabelledCountsTests
{
    [Fact]
    public void Each_pair_of_labels_is_counted_by_itself()
    {
        LabelledCounts counts = new("origin", "reason");
        counts.Count("web1", "body");
        counts.Count("web1", "time");
        counts.Count("web1", "body");
        Assert.Equal(["origin=web1 reason=body 2", "origin=web1 reason=time 1"], counts.All().Select(Text).Order());
    }

    [Fact]
    public void However_many_origins_there_are_a_bounded_number_is_kept_and_none_goes_uncounted()
    {
        LabelledCounts counts = new("origin", "reason");
        for (int i = 0; i < 10_000; i++)
        {
            counts.Count($"web{i}", "body");
            counts.Count("web0", "time");
        }

        Measurement<long>[] all = [.. counts.All()];
        Assert.Equal(LabelledCounts.Most + 1, all.Length);
        Assert.Equal(20_000, all.Sum(count => count.Value));
        Assert.Contains("origin=web0 reason=time 10000", all.Select(Text));
        Assert.Contains($"origin=(other) reason=body {10_000 - (LabelledCounts.Most - 1)}", all.Select(Text));
    }

    [Fact]
    public void One_label_may_do()
    {
        LabelledCounts counts = new("reason");
        counts.Count("older than maxage");
        Assert.Equal(["reason=older than maxage 1"], counts.All().Select(Text));
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
