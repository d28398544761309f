using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Contracts;

public sealed class PardonListTests
{
    private readonly PardonList list = new(TimeSpan.FromDays(1));

    [Fact]
    public void The_last_message_for_an_address_counts()
    {
        Assert.Null(list.Find(Some.Ban()));
        Pardon forever = Some.Pardon("203.0.113.7", null);
        list.Apply(forever);
        Assert.Equal(forever, list.Find(Some.Ban()));
        Pardon ended = Some.Pardon("203.0.113.7", Some.Time);
        list.Apply(ended);
        Assert.Equal(ended, list.Find(Some.Ban(at: Some.Time.AddMinutes(-1))));
        Assert.Null(list.Find(Some.Ban()));
        Assert.Equal([ended], list.All);
    }

    [Theory]
    [InlineData("203.0.113.7", true)]
    [InlineData("203.0.113.0/24", true)]
    [InlineData("203.0.0.0/16", true)]
    [InlineData("198.51.100.7", true)]
    [InlineData("198.51.0.0/16", true)]
    [InlineData("2001:db8::1", true)]
    [InlineData("203.0.113.8", false)]
    [InlineData("203.0.114.0/24", false)]
    [InlineData("2001:db9::1", false)]
    public void A_pardon_is_found_in_either_direction(string banned, bool isPardoned)
    {
        foreach (string ip in new[] { "203.0.113.7", "198.51.100.0/24", "2001:db8::/32" })
        {
            list.Apply(Some.Pardon(ip, null));
        }

        Assert.Equal(isPardoned, list.Find(Some.Ban(banned)) is not null);
    }

    [Fact]
    public void The_bans_of_a_pardoned_server_are_covered()
    {
        list.Apply(Some.Pardon(null, Some.Time.AddDays(1)) with { Server = "web9" });
        Assert.NotNull(list.Find(Some.Ban(server: "web9")));
        Assert.Null(list.Find(Some.Ban(server: "web1")));
    }

    [Fact]
    public void An_ended_pardon_is_remembered_for_as_long_as_older_bans_count()
    {
        list.Apply(Some.Pardon("203.0.113.0/24", Some.Time));
        list.Apply(Some.Pardon(null, Some.Time) with { Server = "web9" });
        list.Apply(Some.Pardon("203.0.113.9", null));
        list.ForgetEnded(Some.Time.AddDays(1).AddMilliseconds(-1));
        Assert.Equal(3, list.All.Count);
        list.ForgetEnded(Some.Time.AddDays(1));
        Assert.Equal(["203.0.113.9"], list.All.Select(pardon => pardon.Subject));
        Assert.Null(list.Find(Some.Ban(at: Some.Time.AddDays(-1))));
    }
}
