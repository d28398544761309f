using System.Text.RegularExpressions;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Shared.Messaging;

/// <summary>Recognizes the broker's replies that say that one of its limits is reached.</summary>
internal static partial class BrokerLimit
{
    private const string Queues = "Delete queues that are not needed";
    private const string Connections = "Close connections that are not needed";

    /// <summary>Returns which limit is reached and what to do, without a full stop; null if the failure has another cause.</summary>
    public static string? Find(Exception failure) =>
        BrokerReply.Replies(failure).Select(reply => Find(reply.ReplyText)).FirstOrDefault(limit => limit is not null)
        // The broker tells the client this limit when it connects.
        ?? (BrokerReply.Causes(failure).Any(cause => cause is ChannelAllocationException)
            ? "the limit channel_max of the broker is reached. Raise it in rabbitmq.conf"
            : null);

    private static string? Find(string text) =>
        UserConnections().Match(text) is { Success: true } user
            ? User("max-connections", user, Connections)
        : VirtualHostConnections().Match(text) is { Success: true } connections
            ? VirtualHost("max-connections", connections, Connections)
        : VirtualHostQueues().Match(text) is { Success: true } queues
            ? VirtualHost("max-queues", queues, Queues)
        : UserChannels().Match(text) is { Success: true } channels
            ? User("max-channels", channels, Connections)
        : OtherLimit().IsMatch(text)
            ? $"a limit of the broker is reached: {text.TrimEnd('.')}"
        : null;

    private static string User(string limit, Match match, string remedy) =>
        $"the limit {limit} of this login's user ({match.Groups["limit"].Value}) is reached. {remedy}, or raise the limit (rabbitmqctl "
            + "set_user_limits)";

    private static string VirtualHost(string limit, Match match, string remedy) =>
        $"the limit {limit} of the virtual host '{match.Groups["vhost"].Value}' ({match.Groups["limit"].Value}) is reached. {remedy}, or "
            + "raise the limit (rabbitmqctl set_vhost_limits)";

    // NOT_ALLOWED - Connection refused for user 'web1': user connection limit (8) is reached
    [GeneratedRegex(@"user connection limit \((?<limit>\d+)\) is reached")]
    private static partial Regex UserConnections();

    // NOT_ALLOWED - access to vhost 'f2b' refused for user 'web1': connection limit (5) is reached
    [GeneratedRegex(@"access to vhost '(?<vhost>[^']*)' refused .*: connection limit \((?<limit>\d+)\) is reached")]
    private static partial Regex VirtualHostConnections();

    // PRECONDITION_FAILED - cannot declare queue 'f2b.bans.web1': queue limit in vhost 'f2b' (2) is reached
    [GeneratedRegex(@"queue limit in vhost '(?<vhost>[^']*)' \((?<limit>\d+)\) is reached")]
    private static partial Regex VirtualHostQueues();

    // NOT_ALLOWED - number of channels opened for user 'web1' has reached the maximum allowed user limit of (1)
    // RabbitMQ 4.3 writes no parentheses.
    [GeneratedRegex(@"number of channels opened for user .* has reached the maximum allowed user limit of \(?(?<limit>\d+)\)?")]
    private static partial Regex UserChannels();

    // Limits of other versions, such as those of a node. Not "inequivalent arg 'x-delivery-limit'".
    [GeneratedRegex(@"\blimit\b.*\bis reached|\bhas reached the\b.*\b(limit|channel_max)\b")]
    private static partial Regex OtherLimit();
}
