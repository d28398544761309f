using F2bBroker.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Shared.Messaging;

/// <summary>Finds out what the broker permits this server, without publishing anything.</summary>
internal static class PermissionProbe
{
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Returns an error message if this server cannot publish bans: it is a receiver, or the exchange does not exist.</summary>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public static async Task<string?> FindPublishErrorAsync(IConnection connection, string server, CancellationToken cancel) =>
        await PublishWithFalseUserIdAsync(connection, server, cancel) switch
        {
            Constants.AccessRefused =>
                $"'{server}' may not publish to {Topology.BansExchange}: it is enrolled as a {Role.Receiver}, so it needs no producer. "
                    + $"f2bbroker enroll {server} --role {Role.Both} --force gives it the right, and a new password.",
            Constants.NotFound => $"The broker has no exchange {Topology.BansExchange}: run f2bbroker init.",
            _ => null,
        };

    /// <summary>
    /// Returns the role of a receiver, with a queue or following the stream; <see cref="Role.Reporter"/> if this server may do neither.
    /// </summary>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public static async Task<Role> FindReceivingRoleAsync(IConnection connection, string server, CancellationToken cancel) =>
        await CanHaveQueueAsync(connection, server, cancel) ? Role.Receiver
        : await CanReadStreamAsync(connection, cancel) ? Role.Receiver.ReceivingFrom(QueueType.Stream)
        : Role.Reporter;

    /// <summary>Returns an error message if this server cannot receive bans as it is configured.</summary>
    /// <param name="configured">The value of <c>[consumer] queuetype</c>.</param>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public static async Task<string?> FindReceiveErrorAsync(
        IConnection connection,
        string server,
        QueueType configured,
        CancellationToken cancel) =>
        FindReceiveError(server, await FindReceivingRoleAsync(connection, server, cancel), configured);

    /// <inheritdoc cref="FindReceiveErrorAsync"/>
    /// <param name="role">The answer of <see cref="FindReceivingRoleAsync"/>.</param>
    public static string? FindReceiveError(string server, Role role, QueueType configured) =>
        !role.CanReceive
            ? $"'{server}' may not receive bans: it is enrolled as a {Role.Reporter}, so it needs no consumer. "
                + $"f2bbroker enroll {server} --role {Role.Both} --force gives it the right, and a new password."
        : role.FollowsStream == (configured == QueueType.Stream) ? null
        : role.FollowsStream
            ? $"[consumer] queuetype is {configured}, but '{server}' is enrolled with --stream, so it may not have a queue: set "
                + $"queuetype = {QueueType.Stream}. f2bbroker enroll {server} --queue --force gives it a queue, and a new password."
        : $"[consumer] queuetype is {configured}, but '{server}' is enrolled with a queue, in which bans would wait that nobody reads: set "
            + $"queuetype to the type of the queue (f2bbroker status shows it), or run f2bbroker enroll {server} --stream --force, which "
            + "also sets a new password.";

    private static async Task<bool> CanHaveQueueAsync(IConnection connection, string server, CancellationToken cancel)
    {
        await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        try
        {
            // A consumer with a queue does the same at each start.
            await channel.ExchangeDeclareAsync(
                Topology.ErrorQueueFor(server),
                ExchangeType.Fanout,
                durable: true,
                cancellationToken: cancel);
            return true;
        }
        catch (OperationInterruptedException refusal) when (refusal.ShutdownReason is { } answer)
        {
            return answer.ReplyCode != Constants.AccessRefused;
        }
    }

    /// <summary>The broker checks the permission first, so that a missing stream does not matter.</summary>
    private static async Task<bool> CanReadStreamAsync(IConnection connection, CancellationToken cancel)
    {
        try
        {
            await using StreamSubscription subscription =
                await StreamSubscription.SubscribeAsync(connection, Topology.HistoryStream, "next", cancel);
            return true;
        }
        catch (OperationInterruptedException refusal) when (refusal.ShutdownReason is { } answer)
        {
            return answer.ReplyCode != Constants.AccessRefused;
        }
    }

    /// <summary>
    /// The broker checks the exchange and the permission first and then refuses the false user with 406, so nothing is published.
    /// </summary>
    private static async Task<ushort> PublishWithFalseUserIdAsync(IConnection connection, string server, CancellationToken cancel)
    {
        await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        TaskCompletionSource<ushort> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            closed.TrySetResult(reason.ReplyCode);
            return Task.CompletedTask;
        };
        // No server's user name ends with a dot.
        BasicProperties nobody = new() { UserId = $"{server}." };
        await channel.BasicPublishAsync(Topology.BansExchange, "", mandatory: false, nobody, ReadOnlyMemory<byte>.Empty, cancel);
        return await closed.Task.WaitAsync(ResponseTimeout, cancel);
    }
}
