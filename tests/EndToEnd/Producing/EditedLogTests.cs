namespace F2bBroker.EndToEndTests.Producing;

/// <summary>The log of a real fail2ban that somebody edits, or in which a crash left a hole.</summary>
public sealed class EditedLogTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Server origin = null!;
    private Server receiver = null!;
    private Fail2Ban fail2ban = null!;
    private Daemon producer = null!;

    private long Length => new FileInfo(origin.Fail2BanLog).Length;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        origin = await group.EnrollAsync("a");
        receiver = await group.EnrollAsync("b");
        fail2ban = await Fail2Ban.StartAsync(origin);
        await receiver.StartConsumerAsync();
        producer = await origin.StartProducerAsync();
        await BanAsync(1, 5);
        await receiver.HasBansAsync(5);
    }

    public async ValueTask DisposeAsync()
    {
        await fail2ban.DisposeAsync();
        await group.DisposeAsync();
    }

    [Fact]
    public async Task Bans_are_not_missed_in_a_log_that_was_edited_while_the_producer_was_stopped()
    {
        Assert.Equal(0, await producer.StopAsync());
        long offset = Length;
        File.WriteAllLines(
            origin.Fail2BanLog,
            File.ReadAllLines(origin.Fail2BanLog).Where(line => !line.Contains("] Ban ", StringComparison.Ordinal)));
        await BanAsync(6, 20);
        Assert.True(Length > offset, $"{Length} bytes, before it were {offset}");
        producer = await origin.StartProducerAsync();
        await receiver.HasBansAsync(20);
        await producer.SaysOnceAsync($"{origin.Fail2BanLog} was changed before byte {offset}, ");
    }

    [Theory]
    [InlineData("s/INFO /INFO  /")]
    [InlineData("/WARNING/d")]
    public async Task A_file_that_sed_replaced_is_read_until_fail2ban_reopens_its_log(string script)
    {
        await SedAsync(script);
        await Eventually.TrueAsync(() => ProducerFiles().Contains(origin.Fail2BanLog), () => string.Join('\n', ProducerFiles()));
        await BanAsync(6, 7, origin.Fail2BanLog + "-old");
        await receiver.HasBansAsync(7);
        await producer.SaysAsync($"{origin.Fail2BanLog} was replaced or deleted ");
        Assert.Equal(0, (await fail2ban.ClientAsync("flushlogs")).ExitCode);
        await BanAsync(8, 9);
        await receiver.HasBansAsync(9);
        await producer.SaysOnceAsync("Run fail2ban-client flushlogs");
    }

    [Fact]
    public async Task A_restart_after_sed_is_logged_with_the_remedy()
    {
        await SedAsync("/WARNING/d");
        await producer.StopAsync();
        producer = await origin.StartProducerAsync();
        await producer.SaysAsync($"{origin.Fail2BanLog} is another file than the one that was read last ");
        Assert.Equal(0, (await fail2ban.ClientAsync("flushlogs")).ExitCode);
        await BanAsync(6, 7);
        await receiver.HasBansAsync(7);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(4096)]
    [InlineData(1_000_000)]
    public async Task A_ban_behind_a_hole_is_shared(int size)
    {
        using (FileStream log = new(origin.Fail2BanLog, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            log.SetLength(log.Length + size);
        }

        await BanAsync(6, 7);
        await receiver.HasBansAsync(7);
    }

    /// <summary>Replaces the log with sed -i. The old file keeps another name, which the producer does not look for.</summary>
    private async Task SedAsync(string script)
    {
        Assert.Equal(0, (await Built.RunAsync("ln", [origin.Fail2BanLog, origin.Fail2BanLog + "-old"])).ExitCode);
        Assert.Equal(0, (await Built.RunAsync("sed", ["-i", script, origin.Fail2BanLog])).ExitCode);
    }

    private IEnumerable<string?> ProducerFiles() =>
        Directory.GetFiles($"/proc/{producer.Id}/fd").Select(file => new FileInfo(file).LinkTarget);

    private Task BanAsync(int from, int to) => BanAsync(from, to, origin.Fail2BanLog);

    private async Task BanAsync(int from, int to, string log)
    {
        string[] addresses = [.. Enumerable.Range(from, to - from + 1).Select(i => $"203.0.113.{i}")];
        Assert.Equal(0, (await fail2ban.ClientAsync(["set", "sshd", "banip", .. addresses])).ExitCode);
        await Eventually.TrueAsync(
            () => addresses.All(address => File.ReadAllText(log).Contains($"] Ban {address}\n", StringComparison.Ordinal)),
            () => File.ReadAllText(log));
    }
}
