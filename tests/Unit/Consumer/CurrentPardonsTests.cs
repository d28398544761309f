using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Consumer;

/// <summary>With <c>maxage = 1d</c>.</summary>
public sealed class CurrentPardonsTests
{
    private readonly CurrentPardons pardons = new(Some.Settings().Consumer);

    [Fact]
    public void They_are_unknown_until_the_stream_is_read()
    {
        Assert.False(pardons.Known.IsCompleted);
        pardons.MarkKnown();
        Assert.True(pardons.Known.IsCompleted);
        pardons.MarkUnknown();
        Assert.False(pardons.Known.IsCompleted);
        pardons.MarkKnown();
        pardons.MarkKnown();
        Assert.True(pardons.Known.IsCompleted);
    }

    [Fact]
    public void A_ban_that_waits_goes_on_waiting_when_they_become_unknown_again()
    {
        Task waiting = pardons.Known;
        pardons.MarkUnknown();
        pardons.MarkKnown();
        Assert.True(waiting.IsCompleted);
    }

    [Fact]
    public void A_consumer_that_does_not_want_them_does_not_wait_for_them() =>
        Assert.True(new CurrentPardons(Some.Settings("consumer:pardons=false").Consumer).Known.IsCompleted);

    [Fact]
    public void An_ended_pardon_is_remembered_for_maxage_and_the_time_that_a_senders_clock_may_be_ahead()
    {
        PardonList list = pardons.CreateList();
        list.Apply(Some.Pardon("203.0.113.7", Some.Time));
        list.ForgetEnded(Some.Time.AddDays(1).AddMinutes(9));
        Assert.Single(list.All);
        list.ForgetEnded(Some.Time.AddDays(1).AddMinutes(10));
        Assert.Empty(list.All);
    }

    [Fact]
    public void Those_of_the_last_complete_read_count()
    {
        PardonList list = pardons.CreateList();
        list.Apply(Some.Pardon("203.0.113.7", null));
        Assert.False(pardons.Cover(Some.Ban()));
        pardons.Replace(list);
        Assert.True(pardons.Cover(Some.Ban()));
    }
}
