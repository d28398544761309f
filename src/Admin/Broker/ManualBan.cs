using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Broker;

/// <summary><c>f2bbroker ban</c>: publishes a ban under the operator's own login. The broker authenticates it like any server's.</summary>
internal sealed class ManualBan(ManagementApi api, TimeProvider time)
{
    /// <summary>Returns the ban that the operator asks for.</summary>
    /// <exception cref="CommandFailedException">The address, the operator's login or the jail is not valid.</exception>
    public Ban Create(string address, string jail)
    {
        Subnet ip = Subnet.Parse(address)
            ?? throw new CommandFailedException(ExitCode.Configuration, $"{UntrustedText.Quote(address)} is not an address or network.");
        if (!ServerName.IsValid(api.User))
        {
            throw new CommandFailedException(
                ExitCode.Configuration,
                $"The login '{api.User}' is not a server name ({ServerName.Rule}), so servers would refuse its bans: make an operator "
                    + "with such a name.");
        }

        try
        {
            return Ban.Parse(new BanDetected(ip.ToString(), jail, api.User, UtcTimestamp.Format(time.GetUtcNow())));
        }
        catch (InvalidMessageException refusal)
        {
            throw new CommandFailedException(ExitCode.Configuration, $"--jail: {refusal.Message}.");
        }
    }

    /// <exception cref="CommandFailedException">The broker refuses, or no queue would receive the ban.</exception>
    public async Task PublishAsync(Ban ban, CancellationToken cancel)
    {
        if (!await api.PublishAsync(Topology.BansExchange, BanFormat.Json(ban), ban.MessageId, cancel))
        {
            throw new CommandFailedException(
                ExitCode.Failure,
                $"No queue is bound to {Topology.BansExchange}, so no server received it. f2bbroker enroll creates queues.");
        }
    }
}
