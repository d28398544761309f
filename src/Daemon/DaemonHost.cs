using F2bBroker.Shared.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace F2bBroker.Daemon;

/// <summary>Runs the host of a daemon until it is asked to stop.</summary>
internal static class DaemonHost
{
    /// <summary>Returns the daemon's exit code. A failure after the daemon was asked to stop does not change it.</summary>
    public static async Task<int> RunAsync(IHost host)
    {
        DaemonExit exit = host.Services.GetRequiredService<DaemonExit>();
        CancellationToken stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        try
        {
            await host.RunAsync();
        }
        catch (Exception failure) when (stopping.IsCancellationRequested)
        {
            // The host has stopped its other services. It throws an OperationCanceledException if it was asked to stop while it started.
            IEnumerable<Exception> causes = failure is AggregateException several ? several.Flatten().InnerExceptions : [failure];
            foreach (Exception cause in causes.Where(cause => !IsBrokenConnection(cause)))
            {
                exit.Warn($"A service failed while the daemon stopped: {cause.Message}");
            }
        }

        return exit.Code;
    }

    /// <remarks>
    /// If a connection that is being opened breaks at the moment of the stop, .NET cancels an object that it has disposed
    /// (dotnet/runtime#112651).
    /// </remarks>
    private static bool IsBrokenConnection(Exception cause) =>
        BrokerConnection.IsConnectionFailure(cause) || cause is ObjectDisposedException;
}
