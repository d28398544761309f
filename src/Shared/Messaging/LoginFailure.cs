using System.Security.Authentication;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Shared.Messaging;

/// <summary>The reason why the broker did not accept this server's login.</summary>
/// <param name="Message">The error and the remedy.</param>
/// <param name="IsInconclusive">True if the broker closed the connection without giving a reason.</param>
internal sealed record LoginFailure(LoginFailureKind Kind, string Message, bool IsInconclusive = false)
{
    /// <summary>True if somebody must correct something. Otherwise waiting helps.</summary>
    public bool IsRefused => Kind is LoginFailureKind.Refused or LoginFailureKind.UnusableFiles;

    /// <param name="error">The error of the broker's certificate.</param>
    public static LoginFailure FromCertificateError(string error, BrokerSettings broker) =>
        Refused($"The broker at {broker.Names} cannot be trusted: {error}.");

    public static LoginFailure FromFileErrors(InvalidConfigurationException error, BrokerSettings broker) =>
        new(LoginFailureKind.UnusableFiles, $"Cannot log in to the broker at {broker.Names}: {string.Join(' ', error.Errors)}");

    /// <param name="alert">The broker's TLS alert; null if it sent none.</param>
    public static LoginFailure FromException(Exception failure, string? alert, BrokerSettings broker, BrokerLogin login, string server)
    {
        Exception[] causes = [.. BrokerReply.Causes(failure)];
        string place = $"The broker at {broker.Names}";
        if (causes.Any(cause => cause is AuthenticationFailureException or PossibleAuthenticationFailureException))
        {
            return Refused($"{place} refuses the login of '{server}': {DescribeRefusal(login, server)}");
        }

        if (alert is not null && DescribeCertificateAlert(alert, login, server) is { } refusal)
        {
            return Refused($"{place} {refusal}");
        }

        if (causes.OfType<AuthenticationException>().Any())
        {
            return Refused(
                $"{place} and this server agree on no TLS connection (1.2 or 1.3 is needed): {causes[^1].Message.TrimEnd('.')}. Check that "
                    + "[broker] uri names its port for amqps:// (5671).");
        }

        if (BrokerLimit.Find(failure) is { } limit)
        {
            return new LoginFailure(LoginFailureKind.LimitReached, $"{place} does not serve '{server}' now: {limit}.");
        }

        if (BrokerReply.Find(failure) is { ReplyCode: Constants.NotAllowed } reply)
        {
            return Refused(
                $"{place} refuses '{server}' on the virtual host '{broker.VirtualHost}': {reply.ReplyText}. "
                    + "Check [broker] uri, or set the broker up with f2bbroker init and enroll.");
        }

        bool isClosed = IsConnectionLost(failure);
        string hint = isClosed && login.ClientCertificate is not null
            ? " If it is up, it may refuse this server's certificate ([broker] certfile)."
            : "";
        return new LoginFailure(
            LoginFailureKind.Unavailable,
            $"{place} does not answer: {BrokerReply.Describe(failure)}.{hint}",
            isClosed);
    }

    /// <summary>Returns true if a node was reached, and closed the connection without giving a reason.</summary>
    public static bool IsConnectionLost(Exception failure) =>
        BrokerReply.Find(failure) is null
        && BrokerReply.Causes(failure).Any(cause =>
            cause is ObjectDisposedException or OperationInterruptedException or (IOException and not BrokerUnreachableException));

    private static LoginFailure Refused(string message) => new(LoginFailureKind.Refused, message);

    private static string DescribeRefusal(BrokerLogin login, string server) =>
        login.ClientCertificate is null
            ? $"unknown user or wrong password. Enroll the server (f2bbroker enroll {server}), or use the password that f2bbroker "
                + "enroll or rotate printed last."
            : "unknown user, or it does not take certificates for a login (rabbitmq_auth_mechanism_ssl). Enroll the server "
                + $"(f2bbroker enroll {server}).";

    /// <summary>Returns null if the alert has another cause than the client's certificate.</summary>
    private static string? DescribeCertificateAlert(string alert, BrokerLogin login, string server)
    {
        if (login.ClientCertificate is not { } certificate)
        {
            return null;
        }

        string? reason = alert switch
        {
            "certificate expired" =>
                $"it has expired by the broker's clock (it is valid until {UtcTimestamp.Format(certificate.NotAfter)}). Renew it, or "
                    + "synchronise the clocks (NTP).",
            "unknown ca" => "no authority that the broker trusts (cacertfile) has signed it. Have the broker's own authority sign it.",
            _ when alert.Contains("certificate", StringComparison.Ordinal) =>
                $"TLS alert '{alert}'. Check that the broker's own authority has signed it, for a client.",
            _ => null,
        };
        return reason is null ? null : $"refuses the certificate of '{server}' (certfile): {reason}";
    }
}
