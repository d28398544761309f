using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;

namespace F2bBroker.Admin.Servers;

/// <summary><c>f2bbroker revoke</c>: deletes the user first, which closes its connections, then its queues and exchanges.</summary>
internal sealed class Revocation(ManagementApi api, Action<string> write)
{
    /// <exception cref="CommandFailedException">The name belongs to another user, or the broker refuses.</exception>
    /// <returns>False if there was no such user.</returns>
    public async Task<bool> RunAsync(string server, CancellationToken cancel)
    {
        ServerUser user = new(api, server);
        bool wasThere = await user.FindAsync(cancel) is not null && await user.RemoveAsync(cancel);
        WriteResult($"User '{server}'", wasThere);
        await new ServerQueues(api, server).RemoveAsync(WriteResult, cancel);
        return wasThere;
    }

    private void WriteResult(string what, bool wasThere) => write($"{what}: {(wasThere ? "removed" : "was not there")}.");
}
