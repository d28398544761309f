using System.Diagnostics;

namespace F2bBroker.Bench;

/// <summary>Runs several rounds of each kind in turns, because the machine's speed varies, and takes the median of each.</summary>
internal static class Rounds
{
    private const int Count = 3;

    /// <param name="kinds">Each returns its result in its unit.</param>
    public static async Task<double[]> MediansAsync(params Func<Task<double>>[] kinds)
    {
        List<double>[] results = [.. kinds.Select(_ => new List<double>())];
        for (int round = 0; round < Count; round++)
        {
            for (int kind = 0; kind < kinds.Length; kind++)
            {
                results[kind].Add(await kinds[kind]());
            }
        }

        return [.. results.Select(values => Percentile(values, 0.5))];
    }

    public static double Percentile(IEnumerable<double> values, double share)
    {
        double[] ordered = [.. values.Order()];
        return ordered[(int)Math.Min(ordered.Length - 1, ordered.Length * share)];
    }

    public static double PerSecond(double count, long since, long until) => count / Stopwatch.GetElapsedTime(since, until).TotalSeconds;

    /// <summary>Waits for a condition, which it checks often. Returns the time in stopwatch ticks.</summary>
    public static async Task<long> UntilAsync(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(5))
            {
                throw new TimeoutException("The condition was not met within 5 minutes.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }

        return Stopwatch.GetTimestamp();
    }
}
