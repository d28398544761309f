using System.Diagnostics.Metrics;

namespace F2bBroker.Daemon.Metrics;

/// <summary>
/// Counts by one or two labels and limits the number of series. Above the limit, the first label is <see cref="Other"/>, so a flood cannot
/// use up memory.
/// </summary>
/// <param name="first">The first label, which has many values: an origin, or a reason alone.</param>
/// <param name="second">The second label, which has few values; null for none.</param>
internal sealed class LabelledCounter(string first, string? second = null)
{
    /// <summary>The maximum number of series.</summary>
    public const int MaxSeries = 200;

    /// <summary>A label value that no server can have.</summary>
    public const string Other = "(other)";

    private readonly Dictionary<(string First, string Second), long> counts = [];

    public void Add(string firstValue, string secondValue = "")
    {
        lock (counts)
        {
            bool isKept = counts.Count < MaxSeries || counts.ContainsKey((firstValue, secondValue));
            (string, string) key = (isKept ? firstValue : Other, secondValue);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }
    }

    public IEnumerable<Measurement<long>> GetMeasurements()
    {
        lock (counts)
        {
            return [.. counts.Select(count => new Measurement<long>(count.Value, Labels(count.Key.First, count.Key.Second)))];
        }
    }

    /// <summary>Returns the counts by the first label.</summary>
    public IReadOnlyDictionary<string, long> GetTotals()
    {
        lock (counts)
        {
            return counts.GroupBy(count => count.Key.First).ToDictionary(group => group.Key, group => group.Sum(count => count.Value));
        }
    }

    private IEnumerable<KeyValuePair<string, object?>> Labels(string firstValue, string secondValue)
    {
        yield return KeyValuePair.Create(first, (object?)firstValue);
        if (second is not null)
        {
            yield return KeyValuePair.Create(second, (object?)secondValue);
        }
    }
}
