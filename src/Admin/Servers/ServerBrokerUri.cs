using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Admin.Servers;

/// <summary>The <c>uri</c> of the broker for a server's settings.</summary>
/// <param name="Uris">One URI, or several nodes of a cluster separated by blanks.</param>
/// <param name="IsDefault">True if a URI that is already in the server's settings is kept.</param>
internal sealed record ServerBrokerUri(string Uris, bool IsDefault)
{
    /// <param name="uris">The operator's option; null or blank for the default port on the management API's host.</param>
    /// <param name="hasCertificate">True if the server logs in with a client certificate.</param>
    /// <exception cref="CommandFailedException">The text is not a list of nodes of one cluster, or contains a login.</exception>
    public static ServerBrokerUri Parse(string? uris, bool hasCertificate, string host)
    {
        if (string.IsNullOrWhiteSpace(uris))
        {
            return new ServerBrokerUri(
                $"{(hasCertificate ? $"amqps://{host}:5671" : $"amqp://{host}:5672")}/{Topology.VirtualHost}",
                IsDefault: !hasCertificate);
        }

        BrokerUri uri = BrokerUri.Parse(uris, error => throw Invalid(error));
        return hasCertificate && !uri.IsTls
            ? throw Invalid("with --tls the broker is reached by amqps://")
            : new ServerBrokerUri(uris, IsDefault: false);
    }

    private static CommandFailedException Invalid(string error) => new(ExitCode.Configuration, $"--uri: {error}.");
}
