namespace F2bBroker.EndToEndTests.Faults;

/// <summary>Waits for a random time, so that a fault occurs at a random moment.</summary>
internal static class RandomDelay
{
    /// <param name="maxMilliseconds">The maximum delay.</param>
    public static Task DelayAsync(this Random random, int maxMilliseconds) =>
        Task.Delay(TimeSpan.FromMilliseconds(random.Next(maxMilliseconds)), TimeProvider.System, TestContext.Current.CancellationToken);
}
