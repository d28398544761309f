using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Admin.Doctor;

/// <summary>
/// Checks the broker with this server's login: whether it is accepted, with which role, and whether the queue exists and is bound, or the
/// stream can be read.
/// </summary>
internal sealed class BrokerCheck(Settings settings)
{
    private readonly List<CheckResult> results = [];
    private Role? role;

    /// <summary>Returns the results and the server's role; the role is null if it is unknown.</summary>
    public async Task<(Role? Role, IReadOnlyList<CheckResult> Findings)> RunAsync(CancellationToken cancel)
    {
        LoginFailure? error = await LoginAttempt.FindFailureAsync(settings.Broker, settings.Server, cancel, async (connection, token) =>
        {
            await RunAsync(connection, token);
            return null;
        });
        if (error is not null)
        {
            results.Add(new CheckResult("broker", error.Message));
        }

        return (role, results);
    }

    private async Task RunAsync(IConnection connection, CancellationToken cancel)
    {
        results.Add(new CheckResult($"the broker at {settings.Broker.Names} accepts the login of '{settings.Server}'"));
        string? publishing = await PermissionProbe.FindPublishErrorAsync(connection, settings.Server, cancel);
        Role receiver = await PermissionProbe.FindReceivingRoleAsync(connection, settings.Server, cancel);
        string? receiving = PermissionProbe.FindReceiveError(settings.Server, receiver, settings.Consumer.QueueType);
        role = (publishing is null, receiver.CanReceive) switch
        {
            (true, true) => Role.Both.ReceivingFrom(receiver.FollowsStream ? QueueType.Stream : QueueType.Classic),
            (true, false) => Role.Reporter,
            (false, true) => receiver,
            _ => null,
        };
        results.Add(role is null
            ? new CheckResult("rights on the broker", $"{publishing} {receiving}")
            : new CheckResult($"rights on the broker, as {(role.Name == Role.Both.Name ? "reporter and receiver" : role.Name)}"));
        if (role?.CanReceive == true)
        {
            results.Add(
                receiving is not null ? new CheckResult("[consumer] queuetype", receiving)
                : role.FollowsStream ? await HistoryAsync(connection, cancel)
                : await QueueAsync(connection, cancel));
            if (settings.Consumer.Pardons)
            {
                results.Add(await PardonsAsync(connection, cancel));
            }
        }
    }

    private static Task<CheckResult> HistoryAsync(IConnection connection, CancellationToken cancel) => StreamAsync(
        connection,
        Topology.HistoryStream,
        "and the consumer waits until it can",
        "it does not exist, so this server receives no bans: run f2bbroker init.",
        cancel);

    private static Task<CheckResult> PardonsAsync(IConnection connection, CancellationToken cancel) => StreamAsync(
        connection,
        Topology.PardonsStream,
        "and bans wait until it can",
        "it does not exist, or this server has no permission to read it, so bans that an operator pardons are written: run f2bbroker init.",
        cancel);

    /// <summary>Subscribes as the consumer does. RabbitMQ 4 requires the permission to configure for a passive declaration.</summary>
    private static async Task<CheckResult> StreamAsync(
        IConnection connection,
        string stream,
        string consequence,
        string missing,
        CancellationToken cancel)
    {
        try
        {
            await using StreamSubscription subscription =
                await StreamSubscription.SubscribeAsync(connection, stream, "next", cancel);
            return new CheckResult($"stream {stream}");
        }
        catch (OperationInterruptedException failure)
        {
            return new CheckResult(
                $"stream {stream}",
                NotFoundAnswer.FindUnavailable(failure) is { } reason ? $"it cannot be read now ({reason}), {consequence}." : missing);
        }
    }

    private async Task<CheckResult> QueueAsync(IConnection connection, CancellationToken cancel)
    {
        string queue = Topology.QueueFor(settings.Server);
        await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        try
        {
            QueueDeclareOk there = await channel.QueueDeclarePassiveAsync(queue, cancel);
            // The broker cannot be asked whether it was bound. It is bound now.
            await channel.QueueBindAsync(queue, Topology.BansExchange, "", cancellationToken: cancel);
            return new CheckResult(
                $"queue {queue}, bound to {Topology.BansExchange}, {there.MessageCount} waiting, {there.ConsumerCount} "
                    + $"consumer{(there.ConsumerCount == 1 ? "" : "s")}");
        }
        catch (Exception failure) when (NotFoundAnswer.IsMissing(failure))
        {
            return new CheckResult(
                $"queue {queue}",
                $"it does not exist, so somebody deleted it. The consumer recreates it (systemctl restart f2bbroker-consumer), "
                    + $"and reads what was missed from {Topology.HistoryStream}.");
        }
    }
}
