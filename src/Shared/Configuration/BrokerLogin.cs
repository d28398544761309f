using System.Security.Cryptography.X509Certificates;

namespace F2bBroker.Shared.Configuration;

/// <summary>This server's login for one connection.</summary>
/// <param name="Password">Empty if a client certificate logs in.</param>
/// <param name="Tls">Null for a connection without TLS.</param>
internal sealed record BrokerLogin(string Password, TlsSettings? Tls)
{
    /// <summary>The certificate and key with which this server logs in; null if it logs in with a password.</summary>
    public X509Certificate2? ClientCertificate => Tls?.ClientCertificate;

    /// <summary>Returns a text without the password.</summary>
    public override string ToString() => nameof(BrokerLogin);
}
