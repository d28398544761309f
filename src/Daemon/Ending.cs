using F2bBroker.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Daemon;

/// <summary>Ends the daemon with a sentence and an exit code; the first one given counts.</summary>
internal sealed class Ending(IHostApplicationLifetime lifetime, ILogger<Ending> log)
{
    private int code = ExitCode.Stopped;

    public int Code => code;

    public void Because(int exitCode, string sentence)
    {
        if (Interlocked.CompareExchange(ref code, exitCode, ExitCode.Stopped) == ExitCode.Stopped)
        {
            log.LogCritical("{Sentence:l}", sentence);
            lifetime.StopApplication();
        }
    }
}
