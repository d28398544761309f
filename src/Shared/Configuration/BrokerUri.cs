using F2bBroker.Contracts;

namespace F2bBroker.Shared.Configuration;

/// <summary>The key <c>[broker] uri</c>: one or more nodes of one cluster, <c>amqps://host:port/vhost</c>, separated by blanks.</summary>
internal sealed record BrokerUri(IReadOnlyList<BrokerNode> Nodes, string VirtualHost, bool IsTls)
{
    public const string Default = "amqp://localhost:5672/f2b";

    private const int DefaultPort = 5672;
    private const int DefaultTlsPort = 5671;

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
            else
            {
                int port = uri.Scheme == "amqps" ? DefaultTlsPort : DefaultPort;
                nodes.Add(new BrokerNode(uri.IdnHost, uri.Port < 0 ? port : uri.Port));
                virtualHosts.Add(uri.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(uri.AbsolutePath[1..]) : Topology.VirtualHost);
                schemes.Add(uri.Scheme);
            }
        }

        if (virtualHosts.Count > 1)
        {
            error("the nodes name different virtual hosts");
        }

        if (schemes.Count > 1)
        {
            error("the nodes are to be reached all by amqp:// or all by amqps://");
        }

        return new BrokerUri(nodes, virtualHosts.FirstOrDefault(Topology.VirtualHost), schemes.Contains("amqps"));
    }
}
