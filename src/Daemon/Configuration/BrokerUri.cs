using F2bBroker.Contracts;

namespace F2bBroker.Daemon.Configuration;

/// <summary>The key <c>[broker] uri</c>: one or more nodes of one cluster, <c>amqp://host:port/vhost</c>, separated by blanks.</summary>
internal static class BrokerUri
{
    public const string Default = "amqp://localhost:5672/f2b";

    private const int DefaultPort = 5672;

    /// <param name="text">The value.</param>
    /// <param name="fault">Takes section and sentence of each fault; a URI with a password in it is never repeated.</param>
    public static (IReadOnlyList<BrokerNode> Nodes, string VirtualHost) Parse(string text, Action<string, string> fault)
    {
        List<BrokerNode> nodes = [];
        HashSet<string> virtualHosts = [];
        foreach (string part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Contains('@'))
            {
                fault("broker", "uri: user and password do not belong in it; the user is the server's name, the password has a key of its own");
            }
            else if (!Uri.TryCreate(part, UriKind.Absolute, out Uri? uri) || uri.Scheme != "amqp" || uri.Host.Length == 0)
            {
                fault("broker", $"uri: {Ban.Quoted(part)} is not of the form amqp://host:port/vhost");
            }
            else
            {
                nodes.Add(new BrokerNode(uri.IdnHost, uri.IsDefaultPort || uri.Port < 0 ? DefaultPort : uri.Port));
                virtualHosts.Add(uri.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(uri.AbsolutePath[1..]) : Topology.VirtualHost);
            }
        }

        if (virtualHosts.Count > 1)
        {
            fault("broker", "uri: the nodes name different virtual hosts");
        }

        return (nodes, virtualHosts.FirstOrDefault(Topology.VirtualHost));
    }
}
