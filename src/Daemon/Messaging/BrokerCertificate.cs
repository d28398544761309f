using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Configuration;

namespace F2bBroker.Daemon.Messaging;

/// <summary>Whether the broker is the one that it is called: its certificate, and in words what is wrong with it.</summary>
/// <param name="authorities">Who may have signed it; null for the authorities of the system.</param>
internal sealed class BrokerCertificate(X509Certificate2Collection? authorities)
{
    /// <summary>Why the last one was not accepted.</summary>
    public string? Fault { get; private set; }

    public bool Accept(BrokerNode node, X509Certificate? shown, X509Chain? presented, SslPolicyErrors errors)
    {
        if (shown is null)
        {
            Fault = "it shows no certificate";
            return false;
        }

        using X509Certificate2 certificate = new(shown);
        Fault = errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? $"its certificate is for {NamesIn(certificate)}, not for '{node.Host}'" : FaultOf(certificate, presented);
        return Fault is null;
    }

    private string? FaultOf(X509Certificate2 certificate, X509Chain? presented)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.1", "serverAuth"));
        chain.ChainPolicy.ExtraStore.AddRange((presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>()).Select(element => element.Certificate).ToArray());
        if (authorities is not null)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return chain.Build(certificate) ? null : Sentence(chain, certificate);
    }

    private string Sentence(X509Chain chain, X509Certificate2 certificate)
    {
        X509ChainStatusFlags faults = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        if (faults.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return $"its certificate, or one above it, has run out or is not yet valid (it is from {UtcText.Print(certificate.NotBefore)} to {UtcText.Print(certificate.NotAfter)})";
        }

        return (faults & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0
            ? $"its certificate was signed by {Ban.Quoted(certificate.Issuer)}, which {(authorities is null ? "this system does not trust; name your own authority in [broker] cafile" : "[broker] cafile does not hold")}"
            : $"its certificate is not in order: {string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation.TrimEnd('.') + "."))}";
    }

    private static string NamesIn(X509Certificate2 certificate)
    {
        string[] names = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => Subnet.Of(address).ToString())))];
        return names.Length > 0 ? string.Join(", ", names.Select(Ban.Quoted)) : "no name at all (subjectAltName is missing)";
    }
}
