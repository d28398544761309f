namespace F2bBroker.EndToEndTests.Faults;

/// <summary>
/// Writes bans to one server's fail2ban log: singly, in bursts and by half lines. At the end, a peer's monitored log must contain all of
/// them.
/// </summary>
/// <param name="seed">The seed of the random pauses. It is printed when a ban is missing.</param>
/// <param name="pause">The longest time between two writes, in milliseconds.</param>
internal sealed class Load(Server origin, Server receiver, int seed, int pause = 100) : IAsyncDisposable
{
    /// <summary>For the receiver: one origin reports here what a whole group does not.</summary>
    public const string NoLimit = "maxbans = 0";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Random random = new(seed);
    private readonly SemaphoreSlim writing = new(1);
    private readonly CancellationTokenSource end = new();
    private readonly List<LoggedBan> bans = [];
    private Task flowing = Task.CompletedTask;
    private int rotated;

    /// <summary>How many bans were logged up to now.</summary>
    public int Count => bans.Count;

    /// <summary>Addresses logged up to now.</summary>
    public IEnumerable<string> Addresses => bans.Select(ban => ban.Address);

    public Load Start()
    {
        flowing = FlowAsync();
        return this;
    }

    /// <summary>Rotates fail2ban's log. As fail2ban does, it writes on to the renamed file until it opens the new one.</summary>
    public async Task RotateAsync()
    {
        await writing.WaitAsync();
        Rotation.Rotate(origin.Fail2BanLog);
        await LogAsync(origin.Fail2BanLog + ".1", 3);
        await File.WriteAllTextAsync(origin.Fail2BanLog, "");
        rotated = Count;
        writing.Release();
    }

    /// <summary>Logs nothing until it may go on.</summary>
    public Task HoldAsync() => writing.WaitAsync();

    public void GoOn() => writing.Release();

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

    /// <summary>Ends the load. All of it has to arrive, no ban twice in one file; tells the table.</summary>
    /// <param name="torn">How many lines may have been torn off by a kill.</param>
    public async Task EndsWellAsync(string done, int times, int torn = 0)
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

    /// <summary>Ends the load; what was logged stays.</summary>
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
                await random.PauseAsync(pause);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Enough.
        }
    }

    private async Task LogAsync(string path, int count)
    {
        LoggedBan[] burst = [.. Enumerable.Range(Count, count).Select(number => LoggedBan.Number(number, origin.Name))];
        string text = string.Concat(burst.Select(ban => ban.Line));
        int cut = random.Next(8) == 0 ? random.Next(text.Length) : 0;
        await File.AppendAllTextAsync(path, text[..cut]);
        await random.PauseAsync(cut == 0 ? 1 : 50);
        await File.AppendAllTextAsync(path, text[cut..]);
        bans.AddRange(burst);
    }

    private Task ArrivesAsync(int count) =>
        Eventually.TrueAsync(
            () => Missing(count).Count == 0,
            () =>
                $"{Missing(count).Count} of {count} bans are missing (seed {seed}), the first is {Missing(count).FirstOrDefault()}. "
                    + $"{origin.LastWords} {receiver.LastWords}",
            Patience);

    private IReadOnlyList<string> Missing(int count)
    {
        HashSet<string> arrived = [.. Files().SelectMany(file => file)];
        return [.. bans.Take(count).Select(ban => ban.Identity).Where(identity => !arrived.Contains(identity))];
    }

    private IEnumerable<string[]> Files() =>
        Rotation.Files(receiver.BansLog).Select(lines => lines.Select(line => line[(line.IndexOf(' ') + 1)..]).ToArray());

    private static int Twice(string[] identities) => identities.Length - identities.Distinct().Count();
}
