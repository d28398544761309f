using F2bBroker.Shared.Configuration;
using RabbitMQ.Client;

namespace F2bBroker.Shared.Messaging;

/// <summary>Logs in to the broker and out again, to find out whether it accepts this server.</summary>
internal static class LoginAttempt
{
    /// <summary>Returns null if the broker accepts the login, otherwise the reason.</summary>
    /// <param name="check">Returns an error message about objects on the broker, after the broker has accepted the login.</param>
    public static async Task<LoginFailure?> FindFailureAsync(
        BrokerSettings broker,
        string server,
        CancellationToken cancel,
        Func<IConnection, CancellationToken, Task<string?>>? check) =>
        (await RunAsync(broker, server, cancel, check)).Failure;

    /// <summary>Reads the login and tries it. Returns it if the broker accepts it, otherwise the reason.</summary>
    public static async Task<(BrokerLogin? Accepted, LoginFailure? Failure)> RunAsync(
        BrokerSettings broker, string server, CancellationToken cancel, Func<IConnection, CancellationToken, Task<string?>>? check = null)
    {
        try
        {
            BrokerLogin login = broker.Login.Read();
            LoginFailure? failure = await TryAsync(broker, login, server, check, cancel);
            return failure is null ? (login, null) : (null, failure);
        }
        catch (InvalidConfigurationException error)
        {
            return (null, LoginFailure.FromFileErrors(error, broker));
        }
    }

    private static async Task<LoginFailure?> TryAsync(
        BrokerSettings broker,
        BrokerLogin login,
        string server,
        Func<IConnection, CancellationToken, Task<string?>>? check,
        CancellationToken cancel)
    {
        BrokerCertificateValidator certificate = new(login.Tls?.TrustedCas);
        try
        {
            await using IConnection connection = await BrokerConnection.CreateFactory(broker, login, server, certificate)
                .CreateConnectionAsync($"{BrokerConnection.ConnectionNameFor(server)} login check", cancel);
            // The client does not wait for the broker's answer about the virtual host. The answer to a channel follows it.
            await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancel);
            string? error = check is null ? null : await check(connection, cancel);
            await connection.CloseAsync(cancel);
            return error is null ? null : new LoginFailure(LoginFailureKind.Refused, error);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            // Whatever the failure is (refused, closed, no answer in time), the login was not accepted.
            if (certificate.Error is { } untrusted)
            {
                return LoginFailure.FromCertificateError(untrusted, broker);
            }

            string? alert = await FindAlertAsync(failure, broker, login, certificate, cancel);
            return LoginFailure.FromException(failure, alert, broker, login, server);
        }
    }

    private static async Task<string?> FindAlertAsync(
        Exception failure, BrokerSettings broker, BrokerLogin login, BrokerCertificateValidator certificate, CancellationToken cancel) =>
        TlsAlert.Find(failure) is { } alert ? alert
        : login.Tls is { } tls && LoginFailure.IsConnectionLost(failure)
            ? await TlsAlert.AskAsync(
                broker.Nodes.Select(node => (node, BrokerConnection.CreateSslOption(node, tls, certificate))),
                cancel)
        : null;
}
