using System.Text;
using F2bBroker.Contracts;

namespace F2bBroker.Shared.Configuration;

/// <summary>The key <c>[broker] uri</c>: one or more nodes of one cluster, <c>amqps://host:port/vhost</c>, separated by blanks.</summary>
internal sealed record BrokerUri(IReadOnlyList<BrokerNode> Nodes, string VirtualHost, bool IsTls)
{
    public const string Default = "amqp://localhost:5672/f2b";

    private const int DefaultPort = 5672;
    private const int DefaultTlsPort = 5671;

    // DNS has no longer names.
    private const int MaxHostLength = 253;

    // A short string of AMQP 0-9-1, in bytes.
    private const int MaxVirtualHostLength = 255;

    /// <param name="text">The value.</param>
    /// <param name="error">Receives the message of each error. A URI that contains a password is never repeated.</param>
    public static BrokerUri Parse(string text, Action<string> error)
    {
        List<BrokerNode> nodes = [];
        HashSet<string> virtualHosts = [];
        HashSet<string> schemes = [];
        foreach (string part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Contains('@'))
            {
                error("user and password do not belong in it; they are set separately");
            }
            else if (!Uri.TryCreate(part, UriKind.Absolute, out Uri? uri)
                || uri.Scheme is not ("amqp" or "amqps")
                || uri.Host.Length == 0)
            {
                error($"{UntrustedText.Quote(part)} is not of the form amqps://host:port/vhost");
            }
            else if (FindHost(uri) is not { } host)
            {
                error($"the host name in {UntrustedText.Quote(part)} is invalid");
            }
            else
            {
                int port = uri.Scheme == "amqps" ? DefaultTlsPort : DefaultPort;
                nodes.Add(new BrokerNode(host, uri.Port < 0 ? port : uri.Port));
                virtualHosts.Add(uri.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(uri.AbsolutePath[1..]) : Topology.VirtualHost);
                schemes.Add(uri.Scheme);
            }
        }

        if (virtualHosts.Count > 1)
        {
            error("the nodes name different virtual hosts");
        }

        if (virtualHosts.Any(name => Encoding.UTF8.GetByteCount(name) > MaxVirtualHostLength))
        {
            error($"a virtual host is longer than {MaxVirtualHostLength} bytes");
        }

        if (schemes.Count > 1)
        {
            error("the nodes are to be reached all by amqp:// or all by amqps://");
        }

        return new BrokerUri(nodes, virtualHosts.FirstOrDefault(Topology.VirtualHost), schemes.Contains("amqps"));
    }

    /// <summary>Returns the host with a name that DNS can resolve, or null.</summary>
    private static string? FindHost(Uri uri)
    {
        try
        {
            return uri.IdnHost.Length <= MaxHostLength ? uri.IdnHost : null;
        }
        catch (UriFormatException)
        {
            // An internationalized name that has no form in ASCII.
            return null;
        }
    }
}
