using Microsoft.Extensions.Logging;

namespace F2bBroker.UnitTests.Daemon;

/// <summary>A log that keeps what it was told.</summary>
internal sealed class LoggedMessages : ILogger
{
    public List<string> Sentences { get; } = [];

    public List<LogLevel> Levels { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        Sentences.Add(formatter(state, exception));
        Levels.Add(logLevel);
    }
}
