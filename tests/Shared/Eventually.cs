namespace F2bBroker.Tests;

/// <summary>Waits for a condition, generously: a test fails when it never comes true, not when the machine is busy.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <param name="condition">What has to come true.</param>
    /// <param name="state">What to show when it does not.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> state)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, $"It did not come true within {Deadline.TotalSeconds} s. {state()}");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    public static Task TrueAsync(Func<bool> condition, Func<string> state) => TrueAsync(() => Task.FromResult(condition()), state);
}
