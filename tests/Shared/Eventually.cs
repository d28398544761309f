namespace F2bBroker.Tests;

/// <summary>Waits for a condition with a long timeout, so that a busy machine does not fail a test.</summary>
internal static class Eventually
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <param name="condition">The condition to wait for.</param>
    /// <param name="state">Describes the state for the failure message.</param>
    /// <param name="within">The timeout; two minutes by default.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> state, TimeSpan? within = null)
    {
        TimeSpan timeout = within ?? DefaultTimeout;
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            long asked = TimeProvider.System.GetTimestamp();
            if (await condition())
            {
                return;
            }

            TimeSpan elapsed = TimeProvider.System.GetElapsedTime(start);
            Assert.True(elapsed < timeout, $"The condition was not met within {timeout.TotalSeconds} s. {state()}");
            // A condition that runs a program must not take the time of what it waits for.
            TimeSpan cost = TimeProvider.System.GetElapsedTime(asked);
            await Task.Delay(cost > PollInterval ? cost : PollInterval, TimeProvider.System);
        }
    }

    public static Task TrueAsync(Func<bool> condition, Func<string> state, TimeSpan? within = null) =>
        TrueAsync(() => Task.FromResult(condition()), state, within);

    /// <summary>
    /// Waits until nothing is missing. The timeout is for the next arrival: on a busy machine, all of them may take longer.
    /// </summary>
    /// <param name="missing">Returns what has not arrived yet.</param>
    /// <param name="state">Describes the state for the failure message.</param>
    /// <param name="within">The timeout; two minutes by default.</param>
    public static async Task ArrivesAsync(Func<IReadOnlyList<string>> missing, Func<string> state, TimeSpan? within = null)
    {
        IReadOnlyList<string> left = missing();
        while (left.Count > 0)
        {
            int before = left.Count;
            await TrueAsync(
                () => (left = missing()).Count < before,
                () => $"{left.Count} are missing, the first are:\n{string.Join('\n', left.Take(5))}\n{state()}",
                within);
        }
    }
}
