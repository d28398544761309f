using F2bBroker.Daemon;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Daemon;

public sealed class TallyTests
{
    [Fact]
    public void Counts_are_told_once_a_minute_and_at_the_end()
    {
        FakeTimeProvider clock = Some.Clock();
        Told told = new();
        Tally tally = new("Skipped bans", told, clock);
        tally.Count("too old");
        tally.Count("own");
        tally.Count("too old");
        Assert.Empty(told.Sentences);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["Skipped bans: 1 own, 2 too old."], told.Sentences);
        clock.Advance(TimeSpan.FromMinutes(5));
        tally.Count("own");
        tally.Dispose();
        Assert.Equal(["Skipped bans: 1 own, 2 too old.", "Skipped bans: 1 own."], told.Sentences);
    }

    private sealed class Told : ILogger
    {
        public List<string> Sentences { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Sentences.Add(formatter(state, exception));
    }
}
