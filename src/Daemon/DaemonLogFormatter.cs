using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace F2bBroker.Daemon;

/// <summary>
/// Formats the daemon's log: one line per event on standard error, with systemd's priority prefix (<c>&lt;6&gt;</c>) under systemd.
/// </summary>
internal sealed class DaemonLogFormatter : ITextFormatter
{
    private readonly bool isUnderSystemd = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null;

    public static Logger CreateLogger(string level)
    {
        LogEventLevel minimum = Enum.Parse<LogEventLevel>(level);
        // MassTransit and the host log each attempt to reconnect. The daemon itself logs once what an operator needs to know.
        LogEventLevel libraries = minimum > LogEventLevel.Debug ? LogEventLevel.Fatal : minimum;
        return new LoggerConfiguration()
            .MinimumLevel.Is(minimum)
            .MinimumLevel.Override("MassTransit", libraries)
            .MinimumLevel.Override("Microsoft", libraries)
            .WriteTo.Console(new DaemonLogFormatter(), standardErrorFromLevel: LogEventLevel.Verbose)
            .CreateLogger();
    }

    /// <summary>Logs each error as an event.</summary>
    public static void Print(InvalidConfigurationException error)
    {
        using Logger logger = CreateLogger(nameof(LogEventLevel.Information));
        foreach (string message in error.Errors)
        {
            logger.Fatal("{Message:l}", message);
        }
    }

    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(
            isUnderSystemd ? $"<{PriorityOf(logEvent.Level)}>" : $"{logEvent.Timestamp:yyyy-MM-dd HH:mm:ss.fff} {NameOf(logEvent.Level)} ");
        output.Write(UntrustedText.ToSingleLine(logEvent.RenderMessage()));
        if (logEvent.Exception is { } exception)
        {
            output.Write($" ({UntrustedText.ToSingleLine(exception.ToString())})");
        }

        output.Write('\n');
    }

    // syslog(3): 2 critical, 3 error, 4 warning, 6 informational, 7 debug.
    private static int PriorityOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => 2,
        LogEventLevel.Error => 3,
        LogEventLevel.Warning => 4,
        LogEventLevel.Information => 6,
        _ => 7,
    };

    private static string NameOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => "CRITICAL",
        _ => level.ToString().ToUpperInvariant(),
    };
}
