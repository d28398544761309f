using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using F2bBroker.Shared.Configuration;
using RabbitMQ.Client;

namespace F2bBroker.Shared.Messaging;

/// <summary>The TLS alert with which the broker ends a connection, such as "certificate expired".</summary>
internal static partial class TlsAlert
{
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Returns the alert that an exception or one of its causes names; null if there is none.</summary>
    public static string? Find(Exception failure) =>
        BrokerReply.Causes(failure)
            .Select(cause => Name().Match(cause.Message))
            .FirstOrDefault(match => match.Success)
            ?.Groups["name"].Value;

    /// <summary>Connects to each node until one sends an alert, and returns it; null if none does.</summary>
    /// <remarks>
    /// With TLS 1.3 the broker checks the client's certificate after the handshake. A client that is already sending then loses the alert
    /// in most cases, and sees only a closed connection. This one sends nothing.
    /// </remarks>
    public static async Task<string?> AskAsync(IEnumerable<(BrokerNode Node, SslOption Tls)> nodes, CancellationToken cancel)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(ResponseTimeout);
        foreach ((BrokerNode node, SslOption tls) in nodes)
        {
            try
            {
                await ConnectAndReadAsync(node, tls, limit.Token);
            }
            catch (Exception failure) when (failure is IOException or SocketException or AuthenticationException)
            {
                if (Find(failure) is { } alert)
                {
                    return alert;
                }
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return null;
            }
        }

        return null;
    }

    private static async Task ConnectAndReadAsync(BrokerNode node, SslOption tls, CancellationToken cancel)
    {
        using TcpClient client = new();
        await client.ConnectAsync(node.Host, node.Port, cancel);
        await using SslStream stream = new(client.GetStream());
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = tls.ServerName,
                EnabledSslProtocols = tls.Version,
                ClientCertificates = tls.Certs,
                LocalCertificateSelectionCallback = tls.Certs is { Count: > 0 } own ? (_, _, _, _, _) => own[0] : null,
                RemoteCertificateValidationCallback = tls.CertificateValidationCallback,
            },
            cancel);
        _ = await stream.ReadAsync(new byte[1], cancel);
    }

    // error:0A000415:SSL routines::sslv3 alert certificate expired
    [GeneratedRegex(@" alert (?<name>[a-z ]*[a-z])")]
    private static partial Regex Name();
}
