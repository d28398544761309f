using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;

namespace F2bBroker.Admin.Servers;

/// <summary><c>f2bbroker revoke</c>: deletes the user first, which closes its connections, then its queues and exchanges.</summary>
internal sealed class Revocation(ManagementApi api, Action<string> tell)
{
    /// <exception cref="CommandFailedException">The name belongs to another user, or the broker refuses.</exception>
    public async Task RunAsync(string server, CancellationToken cancel)
    {
        ServerUser user = new(api, server);
        Tell($"User '{server}'", await user.FindAsync(cancel) is not null && await user.RemoveAsync(cancel));
        await new ServerQueues(api, server).RemoveAsync(Tell, cancel);
    }

    private void Tell(string what, bool wasThere) => tell($"{what}: {(wasThere ? "removed" : "was not there")}.");
}
