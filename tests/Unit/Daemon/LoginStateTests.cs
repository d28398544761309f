using F2bBroker.Daemon.Messaging;
using F2bBroker.Shared.Messaging;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Daemon;

public sealed class LoginStateTests
{
    private static readonly LoginFailure Away = new(LoginFailureKind.Unavailable, "away");
    private static readonly LoginFailure Closed = new(LoginFailureKind.Unavailable, "closed", IsInconclusive: true);
    private static readonly LoginFailure Limit = new(LoginFailureKind.LimitReached, "limit");
    private static readonly LoginFailure Files = new(LoginFailureKind.UnusableFiles, "files");
    private static readonly LoginFailure Refused = new(LoginFailureKind.Refused, "refused");

    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly LoginState state;

    public LoginStateTests() => state = new LoginState(clock);

    [Fact]
    public void A_refusal_between_closed_connections_is_logged_once_and_stops_the_daemon_after_five_minutes()
    {
        state.RecordAccepted();
        Assert.True(state.Record(Refused));
        for (TimeSpan elapsed = TimeSpan.Zero; elapsed < LoginState.RefusalTimeout; elapsed += TimeSpan.FromSeconds(10))
        {
            Assert.False(state.MustStop);
            clock.Advance(TimeSpan.FromSeconds(5));
            Assert.False(state.Record(Closed));
            clock.Advance(TimeSpan.FromSeconds(5));
            Assert.False(state.Record(Refused));
        }

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(state.Record(Closed));
        Assert.Equal((true, "refused"), (state.MustStop, state.Failure?.Message));
    }

    [Fact]
    public void Each_kind_of_failure_is_logged_once()
    {
        bool[] logged = [.. new[] { Closed, Away, Closed, Limit, Closed, Limit, Files, Refused, Away }.Select(state.Record)];
        Assert.Equal([true, false, false, true, false, false, true, true, true], logged);
        state.RecordAccepted();
        Assert.True(state.Record(Away));
    }

    [Fact]
    public void A_refusal_of_the_first_login_stops_the_daemon_after_seconds_but_files_that_are_being_renewed_do_not()
    {
        state.Record(Files);
        clock.Advance(LoginState.FirstRefusalTimeout * 2);
        Assert.Equal((false, false), (state.MustStop, state.IsFirstRefusal));
        state.RecordAccepted();
        Assert.False(state.IsFirstRefusal);
        LoginState first = new(clock);
        first.Record(Refused);
        Assert.Equal((false, true), (first.MustStop, first.IsFirstRefusal));
        clock.Advance(LoginState.FirstRefusalTimeout * 2);
        first.Record(Refused);
        Assert.True(first.MustStop);
    }

    [Fact]
    public void A_broker_that_refuses_the_first_login_while_it_shuts_down_does_not_stop_the_daemon()
    {
        state.Record(Refused);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(state.Record(Away));
        clock.Advance(LoginState.FirstRefusalTimeout * 2);
        state.Record(Refused);
        Assert.False(state.MustStop);
    }

    [Fact]
    public void A_broker_that_is_away_or_has_reached_a_limit_never_stops_the_daemon()
    {
        foreach (LoginFailure failure in new[] { Refused, Limit, Away })
        {
            state.RecordAccepted();
            state.Record(Refused);
            state.Record(failure);
            clock.Advance(LoginState.RefusalTimeout * 2);
            Assert.Equal(failure.IsRefused, state.MustStop);
        }
    }
}
