using System.Net;
using System.Net.Sockets;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer.Rules;

/// <summary>
/// The addresses to which the broker's host names resolve. A ban of one would disconnect this server. An address stays protected after the
/// name resolves to another one.
/// </summary>
internal sealed class BrokerAddresses(Settings settings)
{
    private readonly TaskCompletionSource resolved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Subnet[] addresses = [];

    /// <summary>Completes when a name has been resolved. No ban may be processed before.</summary>
    public Task Resolved => resolved.Task;

    public bool Overlaps(Subnet subnet) => addresses.Any(subnet.Overlaps);

    /// <summary>Resolves the names. Returns a warning for each name; null for a name that was resolved.</summary>
    public async Task<IReadOnlyDictionary<string, string?>> ResolveAsync(CancellationToken cancel)
    {
        Dictionary<string, string?> warnings = [];
        foreach (BrokerNode node in settings.Broker.Nodes)
        {
            try
            {
                addresses = [.. addresses.Union((await Dns.GetHostAddressesAsync(node.Host, cancel)).Select(Subnet.FromAddress))];
                warnings[node.Host] = null;
            }
            catch (SocketException failure)
            {
                warnings[node.Host] =
                    $"Cannot resolve the broker's host name {node.Host}: {failure.Message} A new address of the broker is not protected "
                    + "from bans until the name resolves.";
            }
        }

        if (addresses.Length > 0)
        {
            resolved.TrySetResult();
        }

        return warnings;
    }
}
