using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using F2bBroker.UnitTests.Daemon;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

/// <summary>With <c>maxbans = 3/10m</c> and <c>quarantine = 30m</c>.</summary>
public sealed class ServerQuarantineTests
{
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly ServerQuarantine quarantine;

    public ServerQuarantineTests() => quarantine = New("consumer:maxbans=3/10m");

    [Fact]
    public void A_server_over_the_rate_is_quarantined_and_no_other()
    {
        Assert.Equal([true, true, true, false, false], Admitted(5));
        Assert.True(Admits("web3"));
    }

    [Fact]
    public void Over_a_longer_time_it_may_report_more()
    {
        for (int i = 0; i < 9; i++)
        {
            Assert.True(Admits());
            clock.Advance(TimeSpan.FromMinutes(3.4));
        }
    }

    [Fact]
    public void The_quarantine_lasts_until_the_server_has_stayed_within_the_rate_for_that_time()
    {
        Admitted(4);
        clock.Advance(TimeSpan.FromMinutes(29.9));
        Assert.False(Admits());
        clock.Advance(TimeSpan.FromMinutes(0.1));
        Assert.True(Admits());
        Admitted(4);
        for (int quarter = 0; quarter < 4; quarter++)
        {
            clock.Advance(TimeSpan.FromMinutes(15));
            Assert.All(Admitted(4), Assert.False);
        }
    }

    [Fact]
    public void The_end_of_the_quarantine_is_returned()
    {
        Admitted(3);
        Assert.False(quarantine.TryAdmit(Some.Ban(), out DateTimeOffset until));
        Assert.Equal(Some.Time.AddMinutes(30), until);
        clock.Advance(TimeSpan.FromMinutes(10.1));
        quarantine.TryAdmit(Some.Ban(), out until);
        Assert.Equal(Some.Time.AddMinutes(30), until);
    }

    [Fact]
    public void Bans_that_accumulated_while_this_server_was_offline_are_counted_over_that_time()
    {
        quarantine.StartBacklog(latestBan: Some.Time.AddMinutes(-20));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.All(Admitted(6, at: Some.Time.AddMinutes(-5)), Assert.True);
        Assert.Equal([true, true, true, false], Admitted(4, at: Some.Time.AddMinutes(-5)));
    }

    [Fact]
    public void Live_bans_are_not_counted_over_an_offline_period()
    {
        quarantine.StartBacklog(latestBan: Some.Time.AddDays(-1));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([true, true, true, false], Admitted(4, at: clock.GetUtcNow()));
    }

    [Fact]
    public void A_first_start_has_no_backlog()
    {
        quarantine.StartBacklog(latestBan: null);
        Assert.Equal([true, true, true, false], Admitted(4, at: Some.Time.AddHours(-1)));
    }

    [Fact]
    public void Bans_written_in_an_earlier_run_count_unless_they_were_a_backlog()
    {
        Count(written: TimeSpan.FromMinutes(9), detected: TimeSpan.FromMinutes(9));
        Count(written: TimeSpan.FromMinutes(10), detected: TimeSpan.FromMinutes(10));
        Count(written: TimeSpan.FromMinutes(1), detected: TimeSpan.FromMinutes(11));
        Assert.Equal([true, true, false], Admitted(3));
    }

    [Fact]
    public void The_quarantined_servers_are_listed_with_the_end_of_their_quarantine()
    {
        Assert.Empty(quarantine.Servers);
        Admitted(4);
        clock.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal([new QuarantinedServer("web1", "2026-11-23T03:14:23.706Z")], quarantine.Servers);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(quarantine.Servers);
    }

    [Fact]
    public void Only_the_beginning_and_the_end_of_a_quarantine_are_reported()
    {
        int changes = 0;
        quarantine.Changed += () => changes++;
        Admitted(3);
        Assert.Equal(0, changes);
        Admitted(3);
        Assert.Equal(1, changes);
        clock.Advance(TimeSpan.FromMinutes(30));
        Admitted(2);
        Assert.Equal(2, changes);
    }

    [Theory]
    [InlineData("classic", "go to f2b.bans.web2_error")]
    [InlineData("stream", "are skipped")]
    public void A_quarantine_is_logged_once_with_the_limit_what_happens_to_the_bans_and_the_remedy(string queueType, string outcome)
    {
        LoggedMessages<ServerQuarantine> log = new();
        ServerQuarantine logged = new(Some.Settings("consumer:maxbans=3/10m", $"consumer:queuetype={queueType}"), clock, log);
        for (int i = 0; i < 6; i++)
        {
            logged.TryAdmit(Some.Ban(), out _);
        }

        clock.Advance(TimeSpan.FromMinutes(30));
        logged.TryAdmit(Some.Ban(), out _);
        Assert.Equal(
            [
                $"web1 is quarantined: it reported more than 3 bans within 10 minutes (maxbans). Its bans {outcome} until it has stayed "
                    + "within the limit for 30 minutes. If the server was compromised, run: f2bbroker revoke web1",
                "web1 is no longer quarantined.",
            ],
            log.Messages);
    }

    [Fact]
    public void A_limit_of_0_is_no_limit()
    {
        ServerQuarantine open = New("consumer:maxbans=0");
        open.StartBacklog(Some.Time.AddDays(-1));
        open.CountWritten(Some.Ban(), Some.Time);
        Assert.All(Enumerable.Range(0, 20_000), _ => Assert.True(open.TryAdmit(Some.Ban(), out DateTimeOffset _)));
    }

    [Fact]
    public void A_server_may_have_a_limit_of_its_own()
    {
        ServerQuarantine own = New("consumer:maxbans=3/10m", "from web9:maxbans=1/10m", "from web8:maxbans=0");
        Assert.Equal([true, false, false, false], Admitted("web9"));
        Assert.Equal([true, true, true, false], Admitted("web1"));
        Assert.Equal([true, true, true, true], Admitted("web8"));

        // Twice the limit of each in a backlog of two windows, then the limit itself.
        ServerQuarantine offline = own = New("consumer:maxbans=3/10m", "from web9:maxbans=1/10m");
        offline.StartBacklog(latestBan: Some.Time.AddMinutes(-20));
        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => offline.TryAdmit(Some.Ban(server: "web9"), out DateTimeOffset _)));
        Assert.Equal(9, Enumerable.Range(0, 10).Count(_ => offline.TryAdmit(Some.Ban(server: "web1"), out DateTimeOffset _)));

        bool[] Admitted(string server) =>
            [.. Enumerable.Range(0, 4).Select(_ => own.TryAdmit(Some.Ban(server: server), out DateTimeOffset _))];
    }

    private ServerQuarantine New(params string[] settings) => new(Some.Settings(settings), clock, NullLogger<ServerQuarantine>.Instance);

    private bool Admits(string server = "web1") => quarantine.TryAdmit(Some.Ban(server: server, at: clock.GetUtcNow()), out _);

    private bool[] Admitted(int count, DateTimeOffset? at = null) =>
        [.. Enumerable.Range(0, count).Select(_ => quarantine.TryAdmit(Some.Ban(at: at ?? clock.GetUtcNow()), out DateTimeOffset _))];

    /// <param name="written">The time since it was written.</param>
    /// <param name="detected">The time since it was detected.</param>
    private void Count(TimeSpan written, TimeSpan detected) =>
        quarantine.CountWritten(Some.Ban(at: Some.Time - detected), Some.Time - written);
}
