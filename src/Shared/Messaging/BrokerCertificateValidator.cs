using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Shared.Messaging;

/// <summary>Validates the broker's certificate and describes what is wrong with it.</summary>
/// <param name="authorities">The certificate authorities that may sign it; null for those of the system.</param>
internal sealed class BrokerCertificateValidator(X509Certificate2Collection? authorities)
{
    /// <summary>The reason why the last certificate was rejected.</summary>
    public string? Error { get; private set; }

    public bool Accept(BrokerNode node, X509Certificate? shown, X509Chain? presented, SslPolicyErrors errors)
    {
        if (shown is null)
        {
            Error = "it shows no certificate";
            return false;
        }

        using X509Certificate2 certificate = new(shown);
        Error = errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"its certificate is for {ListNames(certificate)}, not for '{node.Host}'"
            : FindError(certificate, presented);
        return Error is null;
    }

    private string? FindError(X509Certificate2 certificate, X509Chain? presented)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.1", "serverAuth"));
        chain.ChainPolicy.ExtraStore.AddRange(
            (presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>()).Select(element => element.Certificate).ToArray());
        if (authorities is not null)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return chain.Build(certificate) ? null : DescribeChainErrors(chain, certificate);
    }

    private string DescribeChainErrors(X509Chain chain, X509Certificate2 certificate)
    {
        X509ChainStatusFlags errors = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        if (errors.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return $"its certificate, or one above it, has expired or is not yet valid (it is from "
                + $"{UtcTimestamp.Format(certificate.NotBefore)} to {UtcTimestamp.Format(certificate.NotAfter)})";
        }

        return (errors & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0
            ? $"its certificate was signed by {UntrustedText.Quote(certificate.Issuer)}, which "
                + (authorities is null
                    ? "this system does not trust; name your own authority in [broker] cafile"
                    : "[broker] cafile does not hold")
            : $"its certificate is not in order: "
                + $"{string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation.TrimEnd('.') + "."))}";
    }

    private static string ListNames(X509Certificate2 certificate)
    {
        string[] names =
        [
            .. certificate
                .Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(extension =>
                    extension
                        .EnumerateDnsNames()
                        .Concat(extension.EnumerateIPAddresses().Select(address => Subnet.FromAddress(address).ToString()))),
        ];
        return names.Length > 0 ? string.Join(", ", names.Select(UntrustedText.Quote)) : "no name at all (subjectAltName is missing)";
    }
}
