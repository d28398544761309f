using Microsoft.Extensions.Logging;

namespace F2bBroker.UnitTests.Daemon;

/// <summary>Keeps the messages that are logged to it.</summary>
internal class LoggedMessages : ILogger
{
    public List<string> Messages { get; } = [];

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
        Messages.Add(formatter(state, exception));
        Levels.Add(logLevel);
    }
}

/// <inheritdoc/>
/// <typeparam name="T">The type that logs.</typeparam>
internal sealed class LoggedMessages<T> : LoggedMessages, ILogger<T>;
