using F2bBroker.Admin.Broker;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>The queues and exchanges of a server: its queue, its error queue, and MassTransit's exchanges with the same names.</summary>
internal sealed class ServerQueues(ManagementApi api, string server)
{
    /// <summary>Deletes them with all messages, and reports for each whether it existed.</summary>
    public async Task RemoveAsync(Action<string, bool> write, CancellationToken cancel)
    {
        foreach (string name in new[] { Topology.QueueFor(server), Topology.ErrorQueueFor(server) })
        {
            write($"Queue {name}", await api.DeleteAsync(ManagementApi.Path("queues", Topology.VirtualHost, name), cancel));
            write($"Exchange {name}", await api.DeleteAsync(ManagementApi.Path("exchanges", Topology.VirtualHost, name), cancel));
        }
    }
}
