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

    /// <summary>Returns an error message if this server may not have a queue because it is a reporter.</summary>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public static async Task<string?> FindReceiveErrorAsync(IConnection connection, string server, CancellationToken cancel)
    {
        await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        try
        {
            // The consumer does the same at each start.
            await channel.ExchangeDeclareAsync(
                Topology.ErrorQueueFor(server),
                ExchangeType.Fanout,
                durable: true,
                cancellationToken: cancel);
            return null;
        }
        catch (OperationInterruptedException refusal) when (refusal.ShutdownReason is { } answer)
        {
            return answer.ReplyCode != Constants.AccessRefused
                ? null
                : $"'{server}' may not have a queue: it is enrolled as a {Role.Reporter}, so it needs no consumer. "
                    + $"f2bbroker enroll {server} --role {Role.Both} --force gives it one, and a new password.";
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
