namespace F2bBroker.Admin.History;

/// <summary>
/// Finds the minute in which a message of a stream was published, by the broker's clock. A delivery does not contain that time, but a
/// stream can be read from a time on.
/// </summary>
/// <param name="findOffset">Returns the offset of the first message that was published at a time or later; null if there is none.</param>
/// <param name="now">The time by the broker's clock.</param>
internal sealed class PublishTimes(Func<DateTimeOffset, CancellationToken, Task<long?>> findOffset, DateTimeOffset now)
{
    private const int SecondsPerMinute = 60;

    private readonly long lastMinute = MinuteOf(now);

    // The answers, by minute since 1970. Both minutes and offsets increase.
    private readonly SortedList<long, long> offsets = [];

    /// <summary>Returns the minute in which the message was published.</summary>
    /// <param name="guess">A time that may be near, such as that in the message.</param>
    public async Task<DateTimeOffset> FindAsync(long offset, DateTimeOffset guess, CancellationToken cancel)
    {
        long low = Math.Clamp(MinuteOf(guess), 0, lastMinute);
        long high = low + 1;
        for (long jump = 1; low > 0 && await IsBeforeAsync(offset, low, cancel); jump *= 2)
        {
            (low, high) = (Math.Max(0, low - jump), low);
        }

        for (long jump = 1; !await IsBeforeAsync(offset, high, cancel); jump *= 2)
        {
            (low, high) = (high, high + jump);
        }

        while (high - low > 1)
        {
            long middle = low + (high - low) / 2;
            (low, high) = await IsBeforeAsync(offset, middle, cancel) ? (low, middle) : (middle, high);
        }

        return DateTimeOffset.FromUnixTimeSeconds(low * SecondsPerMinute);
    }

    /// <summary>Returns true if the message was published before that minute.</summary>
    private async Task<bool> IsBeforeAsync(long offset, long minute, CancellationToken cancel)
    {
        if (minute > lastMinute)
        {
            return true;
        }

        int next = FindIndex(minute);
        if (next > 0 && offset < offsets.Values[next - 1])
        {
            return true;
        }

        if (next < offsets.Count && (offset >= offsets.Values[next] || offsets.Keys[next] == minute))
        {
            return offset < offsets.Values[next];
        }

        DateTimeOffset from = DateTimeOffset.FromUnixTimeSeconds(minute * SecondsPerMinute);
        return offset < (offsets[minute] = await findOffset(from, cancel) ?? long.MaxValue);
    }

    /// <summary>Returns the index of the first answer for that minute or a later one.</summary>
    private int FindIndex(long minute)
    {
        (int low, int high) = (0, offsets.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = offsets.Keys[middle] < minute ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static long MinuteOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / SecondsPerMinute;
}
