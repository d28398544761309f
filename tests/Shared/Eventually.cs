namespace F2bBroker.Tests;

/// <summary>Waits for a condition with a long timeout, so that a busy machine does not fail a test.</summary>
internal static class Eventually
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <param name="condition">The condition to wait for.</param>
    /// <param name="state">Describes the state for the failure message.</param>
    /// <param name="within">The timeout; a minute by default.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> state, TimeSpan? within = null)
    {
        TimeSpan timeout = within ?? DefaultTimeout;
        long start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(start) < timeout,
                $"The condition was not met within {timeout.TotalSeconds} s. {state()}");
            await Task.Delay(PollInterval, TimeProvider.System);
        }
    }

    public static Task TrueAsync(Func<bool> condition, Func<string> state, TimeSpan? within = null) =>
        TrueAsync(() => Task.FromResult(condition()), state, within);
}
