namespace F2bBroker.Bench.Scale;

/// <summary>Counts lags in steps of 0.1 ms. Any thread may add one.</summary>
internal sealed class LagHistogram
{
    private const int StepsPerMillisecond = 10;

    // Ten minutes; a longer lag counts as that.
    private readonly int[] counts = new int[600_000 * StepsPerMillisecond];

    public long Count => counts.Sum(count => (long)count);

    public void Add(TimeSpan lag)
    {
        int step = (int)Math.Clamp(lag.TotalMilliseconds * StepsPerMillisecond, 0, counts.Length - 1);
        Interlocked.Increment(ref counts[step]);
    }

    /// <summary>Returns the lag, in milliseconds, that this share of all lags does not exceed; 0 if there is none.</summary>
    public double Percentile(double share)
    {
        long rank = (long)Math.Ceiling(Count * share);
        long sum = 0;
        for (int step = 0; step < counts.Length; step++)
        {
            sum += counts[step];
            if (sum >= rank && sum > 0)
            {
                return (double)step / StepsPerMillisecond;
            }
        }

        return 0;
    }
}
