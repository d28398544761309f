using System.Net.NetworkInformation;
using F2bBroker.Contracts;

namespace F2bBroker.Consumer.Rules;

/// <summary>This host's addresses, refreshed after a minute.</summary>
/// <param name="read">Returns the present addresses; by default those of the network interfaces.</param>
internal sealed class HostAddresses(TimeProvider time, Func<IEnumerable<Subnet>>? read = null)
{
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMinutes(1);

    private readonly Func<IEnumerable<Subnet>> read = read ?? ReadInterfaces;
    private readonly Lock gate = new();
    private Subnet[]? addresses;
    private long readAt;

    public bool Overlaps(Subnet subnet)
    {
        lock (gate)
        {
            if (addresses is null || time.GetElapsedTime(readAt) > RefreshInterval)
            {
                addresses = [.. read()];
                readAt = time.GetTimestamp();
            }

            return addresses.Any(subnet.Overlaps);
        }
    }

    private static IEnumerable<Subnet> ReadInterfaces() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(card => card.GetIPProperties().UnicastAddresses)
        .Select(address => Subnet.FromAddress(address.Address));
}
