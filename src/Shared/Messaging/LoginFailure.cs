using System.Security.Authentication;
using F2bBroker.Shared.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Shared.Messaging;

/// <summary>The reason why the broker did not accept this server's login.</summary>
/// <param name="IsRefused">True if the broker refused. Otherwise it is unavailable or busy, and waiting helps.</param>
/// <param name="Message">The error and the remedy.</param>
internal sealed record LoginFailure(bool IsRefused, string Message)
{
    /// <param name="error">The error of the broker's certificate.</param>
    public static LoginFailure FromCertificateError(string error, BrokerSettings broker) =>
        new(true, $"The broker at {broker.Names} cannot be trusted: {error}.");

    public static LoginFailure FromException(Exception failure, BrokerSettings broker, string server)
    {
        Exception[] causes = [.. Causes(failure)];
        if (causes.Any(cause => cause is AuthenticationFailureException or PossibleAuthenticationFailureException))
        {
            string reason = broker.Tls?.ClientCertificate is null
                ? $"unknown user or wrong password. Enroll the server (f2bbroker enroll {server}) and use the password that it prints."
                : "unknown user, or it does not take certificates for a login (rabbitmq_auth_mechanism_ssl). Enroll the server "
                    + $"(f2bbroker enroll {server}).";
            return new LoginFailure(true, $"The broker at {broker.Names} refuses the login of '{server}': {reason}");
        }

        // With TLS 1.3 the alert follows the handshake, on the first read.
        string? alert = causes
            .Select(cause => cause.Message)
            .FirstOrDefault(message => message.Contains(" alert ", StringComparison.Ordinal));
        if (broker.Tls?.ClientCertificate is not null && alert is not null)
        {
            return new LoginFailure(
                true,
                $"The broker at {broker.Names} refuses the certificate of '{server}' (certfile): {alert.TrimEnd('.')}. Was it signed by "
                    + "the broker's own authority?");
        }

        if (causes.OfType<AuthenticationException>().Any())
        {
            return new LoginFailure(
                true,
                $"The broker at {broker.Names} and this server agree on no TLS connection (1.2 or 1.3 is needed): "
                    + $"{causes[^1].Message.TrimEnd('.')}. Is this its port for amqps:// (5671)?");
        }

        string? answer = causes
            .OfType<OperationInterruptedException>()
            .Select(cause => cause.ShutdownReason)
            .FirstOrDefault(reason => reason?.ReplyCode == Constants.NotAllowed)
            ?.ReplyText;
        // "user limit (8) is reached" and similar answers are temporary.
        return answer is not null && !answer.Contains("limit", StringComparison.Ordinal)
            ? new LoginFailure(
                true,
                $"The broker at {broker.Names} refuses '{server}' on the virtual host '{broker.VirtualHost}': {answer}. "
                    + "Check [broker] uri, or set the broker up with f2bbroker init and enroll.")
            : new LoginFailure(false, $"The broker at {broker.Names} does not answer: {answer ?? causes[^1].Message}{Hint(broker)}");
    }

    /// <summary>
    /// With TLS 1.3, a broker that refuses a certificate may close the connection before its alert is read. Then it looks like an
    /// unavailable broker.
    /// </summary>
    private static string Hint(BrokerSettings broker) =>
        broker.Tls?.ClientCertificate is null ? "" : " (If it is up: it may refuse this server's certificate, [broker] certfile.)";

    private static IEnumerable<Exception> Causes(Exception failure)
    {
        yield return failure;
        IEnumerable<Exception> inner =
            failure is AggregateException many ? many.InnerExceptions
            : failure.InnerException is { } one ? [one]
            : [];
        foreach (Exception cause in inner.SelectMany(Causes))
        {
            yield return cause;
        }
    }
}
