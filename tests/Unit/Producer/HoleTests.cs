using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Parsing;
using F2bBroker.Producer.Sources;
using F2bBroker.Producer.Tailing;

namespace F2bBroker.UnitTests.Producer;

/// <summary>NULs in a log: the hole that a crash leaves.</summary>
public sealed class HoleTests : IDisposable
{
    private const string Line = "2026-11-23 02:53:42,545 fail2ban.actions        [1674]: NOTICE  [sshd] Ban 198.51.100.1";

    private readonly TailedLog log = new();

    public void Dispose() => log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(300_000)]
    [InlineData(3 * LineBuffer.MaxLineLength)]
    public async Task A_ban_behind_NULs_is_read(int count)
    {
        log.Write("the line before the crash");
        log.WritePart(new string('\0', count));
        log.Write(Line, Line);
        Assert.Equal(["198.51.100.1", "198.51.100.1"], (await ReadAsync()).Select(segment => segment.Ban?.Ip.ToString()));
    }

    [Theory]
    [InlineData("2026-11-23 02:5\0\0\0" + Line)]
    [InlineData("\0\0 \0" + Line)]
    [InlineData("2026-11-23 02:53:42,545 fail2ban.actions        [1674]: NOTICE  [ss\0\0] Ban 198.51.100.1")]
    [InlineData("2026-11-23 02:53:42,545 fail2ban.actions        [1674]: NOTICE  [sshd] Ban 198.51.1\0\0.1")]
    [InlineData(Line + "\0\0\0")]
    public async Task A_line_with_NULs_in_it_is_skipped_for_that_reason(string line)
    {
        log.Write("the line before the crash", line);
        SourceSegment segment = Assert.Single(await ReadAsync());
        Assert.Equal((null, SkipReason.NulBytes), (segment.Ban, segment.Skipped));
    }

    [Fact]
    public void NULs_in_a_line_are_kept_as_one_and_a_text_that_is_cut_says_so()
    {
        string holes = new('\0', 5000);
        log.Write(Line + holes, "2026-11-23 02:5" + holes + Line, Line + new string('0', 5000));
        using LogTail tail = new(log.Path, new HealthProblems(TimeProvider.System), TimeProvider.System, Assert.Fail);
        tail.StartAtBeginning();
        string[] texts = [.. tail.Read()!.Candidates().Select(candidate => candidate.Line)];
        Assert.Equal([Line + "\0", "2026-11-23 02:5\0" + Line, (Line + new string('0', 5000))[..1024] + "…"], texts);
    }

    [Fact]
    public async Task Another_message_with_NULs_in_it_is_not_taken_for_a_damaged_ban()
    {
        log.Write("2026-11-23 02:53:42,545 fail2ban.filter         [1674]: WARNING [sshd] Odd line: \0" + Line);
        Assert.Equal(SkipReason.OtherMessage, Assert.Single(await ReadAsync()).Skipped);
    }

    private async Task<IEnumerable<SourceSegment>> ReadAsync() =>
        (await WholeLog.ReadAsync(log.Path, isSyslog: false, TimeProvider.System)).Values;
}
