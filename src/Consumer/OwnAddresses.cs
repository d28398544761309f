using System.Net.NetworkInformation;
using F2bBroker.Contracts;

namespace F2bBroker.Consumer;

/// <summary>This host's addresses, read again once they are a minute old.</summary>
internal sealed class OwnAddresses(TimeProvider time)
{
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromMinutes(1);

    private readonly Lock reading = new();
    private Subnet[]? addresses;
    private long readAt;

    public bool Overlap(Subnet subnet)
    {
        lock (reading)
        {
            if (addresses is null || time.GetElapsedTime(readAt) > ReadAgainAfter)
            {
                addresses = [.. Read()];
                readAt = time.GetTimestamp();
            }

            return addresses.Any(subnet.Overlaps);
        }
    }

    private static IEnumerable<Subnet> Read() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(card => card.GetIPProperties().UnicastAddresses)
        .Select(address => Subnet.Of(address.Address));
}
