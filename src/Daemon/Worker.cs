using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using Microsoft.Extensions.Hosting;

namespace F2bBroker.Daemon;

/// <summary>
/// A background task whose failure stops the daemon with an error message and an exit code. A failure after the daemon was asked to stop
/// does not change its exit code.
/// </summary>
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
        catch (Exception failure) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped on request. A connection may break at the same time.
            if (!BrokerConnection.IsConnectionFailure(failure))
            {
                exit.Warn($"{GetType().Name} failed while it stopped: {failure.Message}");
            }
        }
        catch (Exception failure)
        {
            exit.Fail(ExitCode.Failure, $"{GetType().Name} failed: {failure.Message}");
        }
    }
}
