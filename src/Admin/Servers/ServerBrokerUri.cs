using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>The broker as a server reaches it.</summary>
/// <param name="Uris">One, or several nodes of a cluster, blank-separated.</param>
/// <param name="IsDefault">Whether one that a server's settings name already goes before it.</param>
internal sealed record ServerBrokerUri(string Uris, bool IsDefault)
{
    /// <param name="uris">What the operator has given; null for the broker's usual port on the host of the management API.</param>
    /// <param name="hasCertificate">Whether the server logs in by a certificate.</param>
    /// <exception cref="CommandFailedException">It is no list of amqp URIs, or one holds a login.</exception>
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
                $"--uri: {UntrustedText.Quote(part)} is not of the form amqps://host:port/vhost."
            );
        }

        if (hasCertificate && uri.Scheme != "amqps")
        {
            throw new CommandFailedException(ExitCode.Configuration, "--uri: with --tls the broker is reached by amqps://.");
        }
    }
}
