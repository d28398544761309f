using F2bBroker.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Shared.Messaging;

/// <summary>
/// Reads the broker's answer 404. The broker gives it for an object that does not exist, and also for a queue or stream whose node is down
/// or still starting.
/// </summary>
internal static class NotFoundAnswer
{
    /// <summary>The error message for a missing stream of the bans.</summary>
    public const string MissingHistory = $"The broker has no stream {Topology.HistoryStream}: run f2bbroker init.";

    // NOT_FOUND - no queue 'f2b.history' in vhost 'f2b'
    private const string Missing = "NOT_FOUND - no ";

    /// <summary>Returns true if the object does not exist.</summary>
    public static bool IsMissing(Exception failure) =>
        TextOf(failure)?.StartsWith(Missing, StringComparison.Ordinal) == true;

    /// <summary>Returns the broker's text if the object exists and cannot be used now, so that retrying helps; otherwise null.</summary>
    // NOT_FOUND - home node 'rabbit@mq1' of durable queue 'f2b.history' in vhost 'f2b' is down or inaccessible
    public static string? FindUnavailable(Exception failure) => IsMissing(failure) ? null : TextOf(failure)?.TrimEnd('.');

    private static string? TextOf(Exception failure) =>
        failure is OperationInterruptedException { ShutdownReason: { ReplyCode: Constants.NotFound, ReplyText: var text } } ? text : null;
}
