using System.Net;
using System.Net.Sockets;
using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Health;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer.Rules;

/// <summary>
/// The addresses to which the broker's host names resolve. A ban of one would disconnect this server. An address stays protected after the
/// name resolves to another one.
/// </summary>
internal sealed class BrokerAddresses(
    Settings settings,
    HealthProblems problems,
    DaemonExit exit,
    TimeProvider time,
    ILogger<BrokerAddresses> log)
    : Worker(exit)
{
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan InitialDelay = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource resolved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<BrokerNode> unresolved = [];
    private volatile Subnet[] addresses = [];

    /// <summary>Completes when a name has been resolved. No ban may be processed before.</summary>
    public Task Resolved => resolved.Task;

    public bool Overlaps(Subnet subnet) => addresses.Any(subnet.Overlaps);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            foreach (BrokerNode node in settings.Broker.Nodes)
            {
                addresses = [.. addresses.Union(await ResolveAsync(node, stopping))];
            }

            if (addresses.Length > 0)
            {
                resolved.TrySetResult();
            }

            await Task.Delay(resolved.Task.IsCompleted ? RefreshInterval : InitialDelay, time, stopping);
        }
    }

    private async Task<IEnumerable<Subnet>> ResolveAsync(BrokerNode node, CancellationToken stopping)
    {
        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(node.Host, stopping);
            unresolved.Remove(node);
            problems.Clear(node.Host);
            return found.Select(Subnet.FromAddress);
        }
        catch (SocketException failure)
        {
            if (unresolved.Add(node))
            {
                string message =
                    $"Cannot resolve the broker's host name {node.Host}: {failure.Message} A new address of the broker is not protected "
                    + "from bans until the name resolves.";
                log.LogWarning("{Message:l}", message);
                problems.Set(node.Host, message);
            }

            return [];
        }
    }
}
