using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace F2bBroker.EndToEndTests.Tls;

/// <summary>A certificate authority and the certificates that it signs, as PEM files in a folder.</summary>
internal sealed class Authority : IDisposable
{
    private readonly string folder;
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 certificate;

    public Authority(string folder, string name)
    {
        this.folder = folder;
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        certificate = request.CreateSelfSigned(now.AddDays(-30), now.AddDays(30));
        File = Path.Combine(folder, $"{name}.pem");
        System.IO.File.WriteAllText(File, certificate.ExportCertificatePem());
    }

    /// <summary>The file of its own certificate.</summary>
    public string File { get; }

    /// <summary>Signs a certificate for a host or a server. Returns the files of certificate and key.</summary>
    /// <param name="name">CN and subjectAltName.</param>
    /// <param name="days">The days until it expires. Below 0 it has expired.</param>
    public (string Certificate, string Key) Sign(string name, int days = 10) => Sign(name, TimeSpan.FromDays(days));

    /// <inheritdoc cref="Sign(string, int)"/>
    public (string Certificate, string Key) Sign(string name, TimeSpan validity)
    {
        using ECDsa subjectKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", subjectKey, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 signed = request.Create(certificate, now.AddDays(-20), now + validity, RandomNumberGenerator.GetBytes(8));
        string file = Path.Combine(folder, $"{name}.{validity.TotalSeconds}");
        (string Certificate, string Key) files = ($"{file}.pem", $"{file}.key");
        System.IO.File.WriteAllText(files.Certificate, signed.ExportCertificatePem());
        System.IO.File.WriteAllText(files.Key, subjectKey.ExportPkcs8PrivateKeyPem());
        return files;
    }

    public void Dispose()
    {
        certificate.Dispose();
        key.Dispose();
    }
}
