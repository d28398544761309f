using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using F2bBroker.Contracts;

namespace F2bBroker.Shared.Configuration;

/// <summary>Reads the TLS files of <c>[broker]</c>.</summary>
/// <param name="server">This server's name.</param>
/// <param name="error">Receives an error message that begins with the key.</param>
internal sealed class TlsFiles(string server, Action<string> error)
{
    /// <param name="caFile">One or more certificates in PEM; empty for the authorities of the system.</param>
    /// <param name="certFile">A certificate in PEM; empty if a password logs in.</param>
    /// <param name="keyFile">The key of <paramref name="certFile"/> in PEM.</param>
    public TlsSettings Read(string caFile, string certFile, string keyFile)
    {
        if (certFile.Length > 0 != keyFile.Length > 0)
        {
            error(certFile.Length > 0 ? "certfile needs keyfile" : "keyfile needs certfile");
            return new TlsSettings(null, null);
        }

        return new TlsSettings(
            caFile.Length > 0 ? Load("cafile", caFile, () => AuthoritiesIn(caFile)) : null,
            certFile.Length > 0 ? Load("certfile", certFile, () => CertificateIn(certFile, keyFile)) : null);
    }

    private T? Load<T>(string key, string file, Func<T> load)
        where T : class
    {
        try
        {
            return load();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            error($"{key} cannot be read: {failure.Message.TrimEnd('.')}");
        }
        catch (CryptographicException failure)
        {
            error($"{key}: {file} cannot be used: {failure.Message.TrimEnd('.')}");
        }

        return null;
    }

    private static X509Certificate2Collection AuthoritiesIn(string file)
    {
        X509Certificate2Collection authorities = [];
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("it holds no certificate in PEM");
    }

    private X509Certificate2 CertificateIn(string certFile, string keyFile)
    {
        X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(certFile, keyFile);
        string name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (name != server)
        {
            error($"certfile: {certFile} is the certificate of {UntrustedText.Quote(name)} (its CN), and this server is '{server}'");
        }

        DateTimeOffset end = certificate.NotAfter;
        if (end <= TimeProvider.System.GetUtcNow())
        {
            error($"certfile: {certFile} expired on {UtcTimestamp.Format(end)}");
        }

        return certificate;
    }
}
