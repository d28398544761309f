using System.Text.RegularExpressions;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Shared.Messaging;

/// <summary>Finds the broker's reply in an exception and describes it to an operator.</summary>
internal static partial class BrokerReply
{
    /// <summary>MassTransit's own code for a connection that is closed already. Its text contains the broker's earlier reply.</summary>
    private const ushort AlreadyClosed = 491;

    /// <summary>Returns the exception and its causes, from the outside to the inside.</summary>
    public static IEnumerable<Exception> Causes(Exception failure)
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

    /// <summary>Returns the reply with which the broker closed the channel or the connection; null if it sent none.</summary>
    public static ShutdownEventArgs? Find(Exception failure) =>
        Replies(failure).FirstOrDefault(reply => reply.Initiator == ShutdownInitiator.Peer && reply.ReplyCode != AlreadyClosed);

    /// <summary>Returns all replies in the exception and its causes, also those that the client library made.</summary>
    public static IEnumerable<ShutdownEventArgs> Replies(Exception failure) =>
        Causes(failure).OfType<OperationInterruptedException>().Select(cause => cause.ShutdownReason).OfType<ShutdownEventArgs>();

    /// <summary>Returns the cause of a failure, without a full stop at the end.</summary>
    /// <remarks>
    /// <c>f2bbroker rotate</c> and <c>enroll --force</c> delete the user and create it again, so "is deleted" would mislead.
    /// </remarks>
    public static string Describe(Exception failure) =>
        BrokerLimit.Find(failure)
        ?? (Replies(failure).Any(reply => DeletedUser().IsMatch(reply.ReplyText))
            ? "the broker closed the connections of this login, because its credentials were changed or revoked"
            : (Find(failure)?.ReplyText ?? DescribeCause(failure.GetBaseException())).TrimEnd('.'));

    // The client library's own texts are about its objects ("The CancellationTokenSource has been disposed.").
    private static string DescribeCause(Exception cause) => cause switch
    {
        OperationCanceledException or TimeoutException => "the attempt timed out",
        ObjectDisposedException => "the connection was closed",
        _ => cause.Message,
    };

    // CONNECTION_FORCED - user 'web2' is deleted
    [GeneratedRegex(@"CONNECTION_FORCED - user '[^']*' is deleted")]
    private static partial Regex DeletedUser();
}
