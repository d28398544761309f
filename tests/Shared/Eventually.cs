namespace F2bBroker.Tests;

/// <summary>Waits for a condition, generously: a test fails when it never comes true, not when the machine is busy.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <param name="condition">What has to come true.</param>
    /// <param name="state">What to show when it does not.</param>
    /// <param name="within">How long to wait for it; a minute.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> state, TimeSpan? within = null)
    {
        TimeSpan deadline = within ?? Deadline;
        long start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(start) < deadline,
                $"It did not come true within {deadline.TotalSeconds} s. {state()}");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    public static Task TrueAsync(Func<bool> condition, Func<string> state, TimeSpan? within = null) =>
        TrueAsync(() => Task.FromResult(condition()), state, within);
}
