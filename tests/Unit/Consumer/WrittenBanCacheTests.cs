using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class WrittenBanCacheTests
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);

    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly WrittenBanCache written;

    public WrittenBanCacheTests() => written = new WrittenBanCache(MaxAge, clock);

    [Fact]
    public void A_ban_is_known_by_its_identity()
    {
        written.Add(Some.Ban(jail: "my jail").MessageId, TimeSpan.Zero);
        Assert.True(written.Contains(Some.Ban(jail: "my_jail").MessageId));
        Ban[] others = [Some.Ban("203.0.113.8"), Some.Ban(jail: "x"), Some.Ban(server: "web3"), Some.Ban(at: Some.Time.AddMilliseconds(1))];
        Assert.DoesNotContain(others, ban => written.Contains(ban.MessageId));
    }

    [Fact]
    public void A_ban_is_remembered_for_maxage_and_forgotten_later()
    {
        written.Add(Some.Ban().MessageId, TimeSpan.Zero);
        clock.Advance(MaxAge);
        Assert.True(written.Contains(Some.Ban().MessageId));
        clock.Advance(MaxAge);
        Assert.False(written.Contains(Some.Ban().MessageId));
    }

    [Fact]
    public void A_clock_that_is_set_forward_for_a_while_does_not_make_it_forget()
    {
        ChangedClock wall = new(clock);
        WrittenBanCache remembered = new(MaxAge, wall);
        remembered.Add(Some.Ban().MessageId, TimeSpan.Zero);
        wall.Change(MaxAge * 3);
        Assert.True(remembered.Contains(Some.Ban().MessageId));
        wall.Change(-MaxAge * 3);
        Assert.True(remembered.Contains(Some.Ban().MessageId));
    }
}
