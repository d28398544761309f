using F2bBroker.Contracts;
using Microsoft.Extensions.Hosting;

namespace F2bBroker.Daemon;

/// <summary>A background task whose failure stops the daemon with an error message and an exit code.</summary>
internal abstract class Worker(DaemonExit exit) : BackgroundService
{
    protected abstract Task RunAsync(CancellationToken stopping);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Yield();
            await RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped on request.
        }
        catch (Exception failure)
        {
            exit.Fail(ExitCode.Failure, $"{GetType().Name} failed: {failure.Message}");
        }
    }
}
