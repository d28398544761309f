using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Admin.Doctor;

/// <summary>
/// Checks the broker with this server's login: whether it is accepted, with which role, and whether the queue exists and is bound.
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
        string? receiving = await PermissionProbe.FindReceiveErrorAsync(connection, settings.Server, cancel);
        role = (publishing, receiving) switch
        {
            (null, null) => Role.Both,
            (null, _) => Role.Reporter,
            (_, null) => Role.Receiver,
            _ => null,
        };
        results.Add(role is null
            ? new CheckResult("rights on the broker", $"{publishing} {receiving}")
            : new CheckResult($"rights on the broker, as {(role == Role.Both ? "reporter and receiver" : role.Name)}"));
        if (role?.CanReceive == true)
        {
            results.Add(await QueueAsync(connection, cancel));
            if (settings.Consumer.Pardons)
            {
                results.Add(await PardonsAsync(connection, cancel));
            }
        }
    }

    /// <summary>Subscribes as the consumer does. RabbitMQ 4 requires the permission to configure for a passive declaration.</summary>
    private static async Task<CheckResult> PardonsAsync(IConnection connection, CancellationToken cancel)
    {
        try
        {
            await using StreamSubscription subscription =
                await StreamSubscription.SubscribeAsync(connection, Topology.PardonsStream, "next", cancel);
            return new CheckResult($"stream {Topology.PardonsStream}");
        }
        catch (OperationInterruptedException failure)
        {
            return new CheckResult(
                $"stream {Topology.PardonsStream}",
                NotFoundAnswer.FindUnavailable(failure) is { } reason
                    ? $"it cannot be read now ({reason}), and bans wait until it can."
                    : "it does not exist, or this server has no permission to read it, so bans that an operator pardons are written: run "
                        + "f2bbroker init.");
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
