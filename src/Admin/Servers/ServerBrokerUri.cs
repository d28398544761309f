using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>The <c>uri</c> of the broker for a server's settings.</summary>
/// <param name="Uris">One URI, or several nodes of a cluster separated by blanks.</param>
/// <param name="IsDefault">True if a URI that is already in the server's settings is kept.</param>
internal sealed record ServerBrokerUri(string Uris, bool IsDefault)
{
    /// <param name="uris">The operator's option; null for the default port on the management API's host.</param>
    /// <param name="hasCertificate">True if the server logs in with a client certificate.</param>
    /// <exception cref="CommandFailedException">The text is not a list of amqp URIs, or contains a login.</exception>
    public static ServerBrokerUri Parse(string? uris, bool hasCertificate, string host)
    {
        if (uris is null)
        {
            return new ServerBrokerUri(
                $"{(hasCertificate ? $"amqps://{host}:5671" : $"amqp://{host}:5672")}/{Topology.VirtualHost}",
                IsDefault: !hasCertificate);
        }

        foreach (string part in uris.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Check(part, hasCertificate);
        }

        return new ServerBrokerUri(uris, IsDefault: false);
    }

    private static void Check(string part, bool hasCertificate)
    {
        if (part.Contains('@'))
        {
            throw new CommandFailedException(ExitCode.Configuration, "--uri: user and password do not belong in it.");
        }

        if (!Uri.TryCreate(part, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("amqp" or "amqps") || uri.Host.Length == 0)
        {
            throw new CommandFailedException(
                ExitCode.Configuration,
                $"--uri: {UntrustedText.Quote(part)} is not of the form amqps://host:port/vhost.");
        }

        if (hasCertificate && uri.Scheme != "amqps")
        {
            throw new CommandFailedException(ExitCode.Configuration, "--uri: with --tls the broker is reached by amqps://.");
        }
    }
}
