namespace F2bBroker.EndToEndTests.Faults;

/// <summary>Random moments.</summary>
internal static class Pause
{
    /// <param name="longest">Milliseconds.</param>
    public static Task PauseAsync(this Random random, int longest) =>
        Task.Delay(TimeSpan.FromMilliseconds(random.Next(longest)), TimeProvider.System, TestContext.Current.CancellationToken);
}
