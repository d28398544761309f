using F2bBroker.Admin.Broker;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>What a server owns on the broker: its queue, its error queue, and the exchanges of their names.</summary>
internal sealed class ServerQueues(ManagementApi api, string server)
{
    /// <summary>Removes them all, with what waits in them; tells of each whether it was there.</summary>
    public async Task RemoveAsync(Action<string, bool> tell, CancellationToken cancel)
    {
        foreach (string name in new[] { Topology.QueueFor(server), Topology.ErrorQueueFor(server) })
        {
            tell($"Queue {name}", await api.DeleteAsync(ManagementApi.Path("queues", Topology.VirtualHost, name), cancel));
            tell($"Exchange {name}", await api.DeleteAsync(ManagementApi.Path("exchanges", Topology.VirtualHost, name), cancel));
        }
    }
}
