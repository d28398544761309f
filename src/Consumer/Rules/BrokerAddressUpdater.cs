using F2bBroker.Daemon;
using F2bBroker.Daemon.Health;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer.Rules;

/// <summary>Resolves the broker's host names at start and then every minute.</summary>
internal sealed class BrokerAddressUpdater(
    BrokerAddresses addresses,
    HealthProblems problems,
    DaemonExit exit,
    TimeProvider time,
    ILogger<BrokerAddressUpdater> log)
    : Worker(exit)
{
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan InitialDelay = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> unresolved = [];

    protected override async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            foreach ((string host, string? warning) in await addresses.ResolveAsync(stopping))
            {
                Report(host, warning);
            }

            await Task.Delay(addresses.Resolved.IsCompleted ? RefreshInterval : InitialDelay, time, stopping);
        }
    }

    private void Report(string host, string? warning)
    {
        if (warning is null)
        {
            unresolved.Remove(host);
            problems.Clear(host);
        }
        else if (unresolved.Add(host))
        {
            log.LogWarning("{Message:l}", warning);
            problems.Set(host, warning);
        }
    }
}
