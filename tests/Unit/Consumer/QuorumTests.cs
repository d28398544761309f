using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class QuorumTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider clock = Some.Clock();

    [Fact]
    public void One_server_is_enough_unless_more_are_required() => Assert.True(Of(1).IsReachedBy(Some.Ban()));

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
        Assert.DoesNotContain(reports, quorum.IsReachedBy);
        Assert.True(quorum.IsReachedBy(Some.Ban(server: "web4")));
        Assert.True(quorum.IsReachedBy(Some.Ban(server: "web1", at: Some.Time.AddMinutes(2))));
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(-60, true)]
    [InlineData(60.1, false)]
    [InlineData(-60.1, false)]
    public void The_reports_must_be_within_quorumwindow(double minutes, bool isReached)
    {
        Quorum quorum = Of(2);
        quorum.IsReachedBy(Some.Ban(server: "web1"));
        Assert.Equal(isReached, quorum.IsReachedBy(Some.Ban(server: "web3", at: Some.Time.AddMinutes(minutes))));
    }

    [Fact]
    public void A_report_older_than_maxage_and_quorumwindow_is_forgotten()
    {
        Quorum quorum = Of(2);
        quorum.Count(Some.Ban(server: "web1"), age: TimeSpan.FromHours(24));
        clock.Advance(Hour);
        Assert.True(quorum.IsReachedBy(Some.Ban(server: "web3")));
        clock.Advance(TimeSpan.FromHours(26));
        Assert.False(quorum.IsReachedBy(Some.Ban(server: "web4")));
    }

    private Quorum Of(int size) => new(size, Hour, maxAge: TimeSpan.FromDays(1), clock);
}
