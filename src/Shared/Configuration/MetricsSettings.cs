using System.Net;
using System.Net.Sockets;

namespace F2bBroker.Shared.Configuration;

/// <summary>
/// The section [metrics]: the addresses of the Prometheus endpoints; null if off. Both daemons read one file, so the consumer takes the
/// next port.
/// </summary>
internal sealed record MetricsSettings(IPEndPoint? Producer, IPEndPoint? Consumer)
{
    /// <summary>The rule as text for error messages. HttpListener does not accept IPv6 addresses.</summary>
    public const string Rule = "is not an IPv4 loopback address and a port from 1 to 65534, such as 127.0.0.1:9710";

    private const int LastPort = IPEndPoint.MaxPort - 1;

    /// <param name="listen">The value; empty if off.</param>
    public static MetricsSettings? Parse(string listen)
    {
        if (listen.Length == 0)
        {
            return new MetricsSettings(null, null);
        }

        return IPEndPoint.TryParse(listen, out IPEndPoint? first) && first.ToString() == listen && first.Port is >= 1 and <= LastPort
            && first.AddressFamily == AddressFamily.InterNetwork && IPAddress.IsLoopback(first.Address)
                ? new MetricsSettings(first, new IPEndPoint(first.Address, first.Port + 1))
                : null;
    }
}
