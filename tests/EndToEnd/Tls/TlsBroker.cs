using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace F2bBroker.EndToEndTests.Tls;

/// <summary>A RabbitMQ that also accepts TLS connections as localhost, and certificates of its authority for a login.</summary>
public sealed class TlsBroker : RunningBroker, IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly LocalBroker local = new();

    /// <summary>Signs the certificates of broker and servers.</summary>
    internal Authority Authority { get; private set; } = null!;

    /// <summary>An authority that the broker does not trust.</summary>
    internal Authority Stranger { get; private set; } = null!;

    public int TlsPort { get; } = PortPair.Find().First;

    public string TlsUri => $"amqps://localhost:{TlsPort}/f2b";

    public async ValueTask InitializeAsync()
    {
        (Authority, Stranger) = (new Authority(folder.Path, "authority"), new Authority(folder.Path, "stranger"));
        await StartAsync("tlsv1.2", "tlsv1.3");
    }

    /// <summary>Returns the number of connections that it has ended with a TLS alert, and so logged.</summary>
    public int CountAlerts() => local.CountLogged("SERVER ALERT");

    /// <summary>Restarts it with only this version of TLS.</summary>
    public async Task RestartAsync(string version)
    {
        await local.StopAsync();
        await StartAsync(version);
    }

    /// <summary>Makes the broker present another certificate.</summary>
    public async Task PresentAsync((string Certificate, string Key) files)
    {
        File.Copy(files.Certificate, folder["broker.pem"], overwrite: true);
        File.Copy(files.Key, folder["broker.key"], overwrite: true);
        await local.ControlAsync("eval", "ssl:clear_pem_cache().");
        using X509Certificate2 expected = X509CertificateLoader.LoadCertificateFromFile(files.Certificate);
        await Eventually.TrueAsync(
            async () => await FindThumbprintAsync() == expected.Thumbprint,
            () => "The broker still presents another certificate.");
    }

    public async ValueTask DisposeAsync()
    {
        CloseApi();
        await local.DisposeAsync();
        Authority.Dispose();
        Stranger.Dispose();
        folder.Dispose();
    }

    private async Task StartAsync(params string[] versions)
    {
        (string certificate, string key) = Authority.Sign("localhost");
        File.Copy(certificate, folder["broker.pem"], overwrite: true);
        File.Copy(key, folder["broker.key"], overwrite: true);
        await local.ConfigureAsync([.. Documented, .. versions.Select((version, i) => $"ssl_options.versions.{i + 1} = {version}")]);
        await local.StartAsync();
        SetAddress("127.0.0.1", local.Port, local.Api);
    }

    /// <summary>
    /// The lines of <c>rabbitmq.conf</c> in README and docs/tls.md, with this broker's files and port. It also accepts plain connections.
    /// </summary>
    private IEnumerable<string> Documented =>
        File.ReadLines(Repository.Path("README.md"))
            .Concat(File.ReadLines(Repository.Path("docs/tls.md")))
            .Select(line => line.Trim())
            .Where(line => line.StartsWith("ssl_", StringComparison.Ordinal) || line.StartsWith("auth_", StringComparison.Ordinal))
            .Where(line => !line.Contains(".versions.", StringComparison.Ordinal))
            .Select(line =>
                line.Replace("/etc/rabbitmq/tls/ca.pem", Authority.File, StringComparison.Ordinal)
                    .Replace("/etc/rabbitmq/tls/$NAME", folder["broker"], StringComparison.Ordinal))
            .Append($"listeners.ssl.1 = 127.0.0.1:{TlsPort}");

    private async Task<string> FindThumbprintAsync()
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, TlsPort);
        string thumbprint = "";
        await using SslStream stream = new(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) =>
        {
            thumbprint = certificate!.GetCertHashString();
            return true;
        });
        await stream.AuthenticateAsClientAsync("localhost");
        return thumbprint;
    }
}
