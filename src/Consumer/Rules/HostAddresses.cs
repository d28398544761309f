using System.Net.NetworkInformation;
using F2bBroker.Contracts;

namespace F2bBroker.Consumer.Rules;

/// <summary>This host's addresses, refreshed after a minute.</summary>
internal sealed class HostAddresses(TimeProvider time)
{
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private Subnet[]? addresses;
    private long readAt;

    public bool Overlaps(Subnet subnet)
    {
        lock (gate)
        {
            if (addresses is null || time.GetElapsedTime(readAt) > RefreshInterval)
            {
                addresses = [.. Read()];
                readAt = time.GetTimestamp();
            }

            return addresses.Any(subnet.Overlaps);
        }
    }

    private static IEnumerable<Subnet> Read() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(card => card.GetIPProperties().UnicastAddresses)
        .Select(address => Subnet.FromAddress(address.Address));
}
