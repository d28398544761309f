namespace F2bBroker.EndToEndTests.Faults;

/// <summary>
/// Writes bans to one server's fail2ban log: singly, in bursts and by half lines. At the end, a peer's monitored log must contain all of
/// them.
/// </summary>
/// <param name="seed">The seed of the random delays. It is printed when a ban is missing.</param>
/// <param name="maxDelay">The maximum delay between two writes, in milliseconds.</param>
/// <param name="reportedAs">The reporting server in the receiver's log; by default the origin.</param>
internal sealed class Load(Server origin, Server receiver, int seed, int maxDelay = 100, string? reportedAs = null) : IAsyncDisposable
{
    /// <summary>A setting of the receiver: one server reports more here than a whole group does.</summary>
    public const string NoLimit = "maxbans = 0";

    private readonly Random random = new(seed);
    private readonly SemaphoreSlim writing = new(1);
    private readonly CancellationTokenSource end = new();
    private readonly List<LoggedBan> bans = [];
    private Task flowing = Task.CompletedTask;
    private int rotated;

    /// <summary>The number of bans logged so far.</summary>
    public int Count => bans.Count;

    /// <summary>The addresses logged so far.</summary>
    public IEnumerable<string> Addresses => bans.Select(ban => ban.Address);

    /// <summary>The texts after the first date that a peer's monitored log must contain for the bans logged so far.</summary>
    public IReadOnlyList<string> Identities => [.. bans.Take(Count).Select(ban => ban.Identity)];

    public Load Start()
    {
        flowing = FlowAsync();
        return this;
    }

    /// <summary>Rotates fail2ban's log. Like fail2ban, it writes to the renamed file until it opens the new one.</summary>
    public async Task RotateAsync()
    {
        await writing.WaitAsync();
        Rotation.Rotate(origin.Fail2BanLog);
        await LogAsync(origin.Fail2BanLog + ".1", 3);
        await File.WriteAllTextAsync(origin.Fail2BanLog, "");
        rotated = Count;
        writing.Release();
    }

    /// <summary>Logs nothing until <see cref="Resume"/> is called.</summary>
    public Task SuspendAsync() => writing.WaitAsync();

    public void Resume() => writing.Release();

    /// <summary>Waits until that many more bans are logged.</summary>
    public async Task GrowsAsync(int more)
    {
        int goal = Count + more;
        await Eventually.TrueAsync(() => Count >= goal || flowing.IsCompleted, () => "");
        Assert.False(flowing.IsCompleted, $"The load has ended: {flowing.Exception}");
    }

    /// <summary>Waits until all that is logged by now has arrived.</summary>
    public Task FlowsAsync() => ArrivesAsync(Count);

    /// <summary>Waits until the producer has read all bans in rotated files.</summary>
    public Task RotatedAreReadAsync() => ArrivesAsync(rotated);

    /// <summary>Stops the load, and asserts that each ban arrives and none is twice in one file. Adds a row to the table.</summary>
    /// <param name="torn">The maximum number of lines that kills have torn.</param>
    public async Task StopAndAssertAsync(string done, int times, int torn = 0)
    {
        await StopAsync();
        try
        {
            await ArrivesAsync(Count);
        }
        finally
        {
            FaultTable.Add(done, times, Count, Files().Sum(file => file.Length), Missing(Count).Count, Files().Sum(Twice));
        }

        HashSet<string> known = [.. bans.Select(ban => ban.Identity)];
        string[] strange = [.. Files().SelectMany(file => file).Where(identity => !known.Contains(identity))];
        Assert.True(strange.Length <= torn, $"Lines that are no ban of the load (seed {seed}): {string.Join('\n', strange)}");
        Assert.All(Files(), file => Assert.Equal(0, Twice(file)));
    }

    /// <summary>Stops the load. The logged bans stay in the log.</summary>
    public async Task StopAsync()
    {
        await end.CancelAsync();
        await flowing;
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await flowing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        end.Dispose();
        writing.Dispose();
    }

    private async Task FlowAsync()
    {
        try
        {
            while (true)
            {
                await writing.WaitAsync(end.Token);
                await LogAsync(origin.Fail2BanLog, random.Next(10) == 0 ? random.Next(2, 30) : 1);
                writing.Release();
                await random.DelayAsync(maxDelay);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The load was stopped.
        }
    }

    private async Task LogAsync(string path, int count)
    {
        LoggedBan[] burst = [.. Enumerable.Range(Count, count).Select(number => LoggedBan.Number(number, reportedAs ?? origin.Name))];
        string text = string.Concat(burst.Select(ban => ban.Line));
        int cut = random.Next(8) == 0 ? random.Next(text.Length) : 0;
        await File.AppendAllTextAsync(path, text[..cut]);
        await random.DelayAsync(cut == 0 ? 1 : 50);
        await File.AppendAllTextAsync(path, text[cut..]);
        bans.AddRange(burst);
    }

    private Task ArrivesAsync(int count) =>
        Eventually.ArrivesAsync(
            () => Missing(count),
            () => $"{count} bans were logged (seed {seed}). {origin.LastLines} {receiver.LastLines}");

    private IReadOnlyList<string> Missing(int count)
    {
        HashSet<string> arrived = [.. Files().SelectMany(file => file)];
        return [.. bans.Take(count).Select(ban => ban.Identity).Where(identity => !arrived.Contains(identity))];
    }

    private IEnumerable<string[]> Files() =>
        Rotation.Files(receiver.BansLog)
            .Select(lines => lines.Where(Server.IsNoPosition).Select(Server.TextOf).ToArray());

    private static int Twice(string[] identities) => identities.Length - identities.Distinct().Count();
}
