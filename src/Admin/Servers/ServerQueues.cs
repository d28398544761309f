using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>The queues and exchanges of a server: its queue, its error queue, and MassTransit's exchanges with the same names.</summary>
internal sealed class ServerQueues(ManagementApi api, string server)
{
    private readonly string queue = Topology.QueueFor(server);

    /// <summary>
    /// Returns the type of an existing queue, which cannot be changed. New credentials are no reason to lose the messages in it.
    /// </summary>
    /// <param name="wanted">The type that the operator asks for; null if any.</param>
    /// <exception cref="CommandFailedException">The operator asks for a quorum queue, and the queue has another type.</exception>
    public async Task<QueueType> ChooseTypeAsync(QueueType? wanted, CancellationToken cancel)
    {
        JsonNode? present = await api.GetAsync($"{ManagementApi.Path("queues", Topology.VirtualHost, queue)}?disable_stats=true", cancel);
        if (present is null)
        {
            return wanted ?? QueueType.Classic;
        }

        QueueType type = QueueType.Parse(present.Text("type")) ?? QueueType.Classic;
        return wanted == QueueType.Quorum && type != QueueType.Quorum
            ? throw new CommandFailedException(ExitCode.Configuration,
                $"'{server}' has a {type} queue, and a queue's type cannot be changed. f2bbroker revoke {server}, then enroll it again "
                    + "with --quorum-queue: what waits in its queue by then is lost to it, and what the others report in between. Do it "
                    + "while f2bbroker status shows none waiting.")
            : type;
    }

    /// <summary>Creates the queue and its binding.</summary>
    public async Task CreateAsync(QueueType type, CancellationToken cancel)
    {
        // Only arguments of the type: limits are policies, and RabbitMQ would refuse the consumer's declaration with other arguments.
        JsonObject arguments = new(
            type.BanQueueArguments.Select(argument => KeyValuePair.Create(argument.Key, (JsonNode?)JsonValue.Create(argument.Value))));
        await api.PutAsync(
            ManagementApi.Path("queues", Topology.VirtualHost, queue),
            new JsonObject { ["durable"] = true, ["arguments"] = arguments },
            cancel);
        await api.PostAsync(ManagementApi.Path("bindings", Topology.VirtualHost, "e", Topology.BansExchange, "q", queue), [], cancel);
    }

    /// <summary>Deletes them with all messages, and reports for each whether it existed.</summary>
    public async Task RemoveAsync(Action<string, bool> write, CancellationToken cancel)
    {
        foreach (string name in new[] { queue, Topology.ErrorQueueFor(server) })
        {
            write($"Queue {name}", await api.DeleteAsync(ManagementApi.Path("queues", Topology.VirtualHost, name), cancel));
            write($"Exchange {name}", await api.DeleteAsync(ManagementApi.Path("exchanges", Topology.VirtualHost, name), cancel));
        }
    }
}
