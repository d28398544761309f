using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class QuorumTests
{
    private readonly FakeTimeProvider clock = Some.Clock();

    [Fact]
    public void One_server_is_enough_unless_more_are_required() => Assert.True(IsReached(Of(1), Some.Ban()));

    [Fact]
    public void The_quorum_counts_different_servers_that_report_the_same_address()
    {
        Quorum quorum = Of(3);
        Ban[] reports =
        [
            Some.Ban(server: "web1"),
            Some.Ban(server: "web1", at: Some.Time.AddMinutes(1)),
            Some.Ban(server: "web3", jail: "postfix"),
            Some.Ban("203.0.113.0/24", server: "web4"),
            Some.Ban("203.0.113.8", server: "web4"),
        ];
        Assert.DoesNotContain(reports, ban => IsReached(quorum, ban));
        Assert.True(IsReached(quorum, Some.Ban(server: "web4")));
        Assert.True(IsReached(quorum, Some.Ban(server: "web1", at: Some.Time.AddMinutes(2))));
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(-60, true)]
    [InlineData(60.1, false)]
    [InlineData(-60.1, false)]
    public void The_reports_must_be_within_quorumwindow(double minutes, bool isReached)
    {
        Quorum quorum = Of(2);
        IsReached(quorum, Some.Ban(server: "web1"));
        Assert.Equal(isReached, IsReached(quorum, Some.Ban(server: "web3", at: Some.Time.AddMinutes(minutes))));
    }

    [Fact]
    public void A_report_older_than_maxage_and_quorumwindow_is_forgotten()
    {
        Quorum quorum = Of(2);
        quorum.Count(Some.Ban(server: "web1"), age: TimeSpan.FromHours(24));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.True(IsReached(quorum, Some.Ban(server: "web3")));
        clock.Advance(TimeSpan.FromHours(26));
        Assert.False(IsReached(quorum, Some.Ban(server: "web4")));
    }

    [Fact]
    public void The_quorum_of_the_present_bans_server_decides()
    {
        Quorum quorum = Of(2, "from web9:quorum=1", "from web8:quorum=3");
        Assert.True(IsReached(quorum, Some.Ban(server: "web9")));
        Assert.False(IsReached(quorum, Some.Ban(server: "web8")));
        Assert.True(IsReached(quorum, Some.Ban(server: "web1")));
        Assert.True(IsReached(quorum, Some.Ban(server: "web8", at: Some.Time.AddMinutes(1))));
    }

    [Fact]
    public void Reports_count_if_only_one_server_needs_a_quorum()
    {
        Quorum quorum = Of(1, "from web9:quorum=2");
        Assert.False(IsReached(quorum, Some.Ban(server: "web9")));
        Assert.True(IsReached(quorum, Some.Ban(server: "web1")));
        Assert.True(IsReached(quorum, Some.Ban(server: "web9")));
    }

    private static bool IsReached(Quorum quorum, Ban ban)
    {
        quorum.Count(ban, TimeSpan.Zero);
        return quorum.IsReachedBy(ban);
    }

    private Quorum Of(int size, params string[] values) =>
        new(Some.Settings([$"consumer:quorum={size}", "consumer:quorumwindow=1h", .. values]).Consumer, clock);
}
