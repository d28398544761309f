using F2bBroker.Daemon.Configuration;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Daemon.Messaging;

/// <summary>Why the broker did not let this server in.</summary>
/// <param name="IsRefusal">The broker answered and said no; otherwise it is away or busy, and waiting helps.</param>
/// <param name="Sentence">What is wrong and what to do.</param>
internal sealed record LoginFault(bool IsRefusal, string Sentence)
{
    private const int NotAllowed = 530;

    public static LoginFault Of(Exception failure, BrokerSettings broker, string server)
    {
        Exception[] causes = [.. Causes(failure)];
        if (causes.Any(cause => cause is AuthenticationFailureException or PossibleAuthenticationFailureException))
        {
            return new LoginFault(true, $"The broker at {broker.Names} refuses the login of '{server}': unknown user or wrong password. "
                + $"Enroll the server (f2bbroker enroll {server}) and use the password that it prints.");
        }

        string? answer = causes.OfType<OperationInterruptedException>()
            .Select(cause => cause.ShutdownReason).FirstOrDefault(reason => reason?.ReplyCode == NotAllowed)?.ReplyText;
        // "user limit (8) is reached" and its like pass by themselves.
        return answer is not null && !answer.Contains("limit", StringComparison.Ordinal)
            ? new LoginFault(true, $"The broker at {broker.Names} refuses '{server}' on the virtual host '{broker.VirtualHost}': {answer}. "
                + "Check [broker] uri, or set the broker up with f2bbroker init and enroll.")
            : new LoginFault(false, $"The broker at {broker.Names} does not answer: {answer ?? causes[^1].Message}");
    }

    private static IEnumerable<Exception> Causes(Exception failure)
    {
        yield return failure;
        IEnumerable<Exception> inner = failure is AggregateException many ? many.InnerExceptions : failure.InnerException is { } one ? [one] : [];
        foreach (Exception cause in inner.SelectMany(Causes))
        {
            yield return cause;
        }
    }
}
