using F2bBroker.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Daemon;

/// <summary>Stops the daemon with a logged message and an exit code. Only the first call has an effect.</summary>
internal sealed class DaemonExit(IHostApplicationLifetime lifetime, ILogger<DaemonExit> log)
{
    private int code = ExitCode.Success;

    public int Code => code;

    /// <summary>Why the daemon stops; null if it runs or was asked to stop.</summary>
    public string? Message { get; private set; }

    /// <summary>Logs a failure that does not matter, because the daemon already stops.</summary>
    public void Warn(string message) => log.LogWarning("{Message:l}", message);

    public void Fail(int exitCode, string message)
    {
        if (Interlocked.CompareExchange(ref code, exitCode, ExitCode.Success) == ExitCode.Success)
        {
            Message = message;
            log.LogCritical("{Message:l}", message);
            lifetime.StopApplication();
        }
    }
}
