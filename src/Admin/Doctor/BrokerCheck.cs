using F2bBroker.Contracts;
using F2bBroker.Daemon.Configuration;
using F2bBroker.Daemon.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Admin.Doctor;

/// <summary>Looks at the broker with this server's own login: whether it is let in, as what, and whether its queue is there and bound.</summary>
internal sealed class BrokerCheck(Settings settings)
{
    private const int NotFound = 404;

    private readonly List<Finding> findings = [];
    private Role? role;

    /// <summary>What was found, and the server's role; that is null when it cannot be told.</summary>
    public async Task<(Role? Role, IReadOnlyList<Finding> Findings)> LookAsync(CancellationToken cancel)
    {
        LoginFault? fault = await BrokerConnection.TryAsync(settings.Broker, settings.Server, cancel, async (connection, token) =>
        {
            await LookAsync(connection, token);
            return null;
        });
        if (fault is not null)
        {
            findings.Add(new Finding("broker", fault.Sentence));
        }

        return (role, findings);
    }

    private async Task LookAsync(IConnection connection, CancellationToken cancel)
    {
        findings.Add(new Finding($"the broker at {settings.Broker.Names} accepts the login of '{settings.Server}'"));
        string? publishing = await OwnRights.FaultOfPublishingAsync(connection, settings.Server, cancel);
        string? receiving = await OwnRights.FaultOfReceivingAsync(connection, settings.Server, cancel);
        role = (publishing, receiving) switch
        {
            (null, null) => Role.Both,
            (null, _) => Role.Reporter,
            (_, null) => Role.Receiver,
            _ => null,
        };
        findings.Add(role is null
            ? new Finding("rights on the broker", $"{publishing} {receiving}")
            : new Finding($"rights on the broker, as {(role == Role.Both ? "reporter and receiver" : role.Name)}"));
        if (role?.Receives == true)
        {
            findings.Add(await QueueAsync(connection, cancel));
        }
    }

    private async Task<Finding> QueueAsync(IConnection connection, CancellationToken cancel)
    {
        string queue = Topology.QueueOf(settings.Server);
        await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        try
        {
            QueueDeclareOk there = await channel.QueueDeclarePassiveAsync(queue, cancel);
            // Whether it was bound cannot be asked; it is now.
            await channel.QueueBindAsync(queue, Topology.Bans, "", cancellationToken: cancel);
            return new Finding($"queue {queue}, bound to {Topology.Bans}, {there.MessageCount} waiting, {there.ConsumerCount} consumer{(there.ConsumerCount == 1 ? "" : "s")}");
        }
        catch (OperationInterruptedException failure) when (failure.ShutdownReason?.ReplyCode == NotFound)
        {
            return new Finding($"queue {queue}", $"it is not there, so somebody has deleted it. The consumer makes it again (systemctl restart f2bbroker-consumer), "
                + $"and reads what was missed from {Topology.History}.");
        }
    }
}
