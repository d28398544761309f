using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.Admin.Pardons;

/// <summary>
/// Publishes pardons under the operator's own login. The broker authenticates them, and lets only operators publish them.
/// </summary>
internal sealed class PardonPublisher(ManagementApi api, TimeProvider time)
{
    /// <summary>A network for documentation, which nobody bans.</summary>
    private static readonly Subnet Documentation = Subnet.ParseCanonical("192.0.2.0/24")!;

    /// <summary>Returns the pardon of an address or network from now on.</summary>
    /// <param name="duration">The time until it ends; null for a pardon without end.</param>
    /// <exception cref="CommandFailedException">The operator's login is not valid.</exception>
    public Pardon Create(Subnet ip, TimeSpan? duration, string reason) => Create(ip, null, duration, reason);

    /// <summary>Returns the pardon of a server from now on.</summary>
    /// <inheritdoc cref="Create(Subnet, TimeSpan?, string)"/>
    public Pardon Create(string server, TimeSpan? duration, string reason) => Create(null, server, duration, reason);

    /// <summary>Returns the message that ends a pardon now.</summary>
    /// <inheritdoc cref="Create(Subnet, TimeSpan?, string)"/>
    public Pardon CreateEnd(Pardon pardon, string reason) => Create(pardon.Ip, pardon.Server, TimeSpan.Zero, reason);

    /// <exception cref="CommandFailedException">The broker refuses, or has no stream of the pardons.</exception>
    public async Task PublishAsync(Pardon pardon, CancellationToken cancel)
    {
        if (!await api.PublishAsync(Topology.PardonsExchange, PardonJson.Serialize(pardon.ToMessage()), Guid.NewGuid(), cancel))
        {
            throw new CommandFailedException(
                ExitCode.Failure,
                $"No stream is bound to {Topology.PardonsExchange}, so no server received the pardon: run f2bbroker init.");
        }
    }

    /// <summary>
    /// Publishes a pardon that has ended, so that the stream is not empty: a reader cannot tell an empty stream from one that is slow to
    /// answer.
    /// </summary>
    public Task PublishFirstAsync(CancellationToken cancel)
    {
        DateTimeOffset now = time.GetUtcNow();
        return PublishAsync(new Pardon(Documentation, null, api.User, now, now, "first message of the stream"), cancel);
    }

    private Pardon Create(Subnet? ip, string? server, TimeSpan? duration, string reason)
    {
        DateTimeOffset now = time.GetUtcNow();
        try
        {
            return Pardon.Parse(new Pardon(ip, server, api.User, now, now + duration, reason).ToMessage());
        }
        catch (InvalidMessageException refusal)
        {
            throw new CommandFailedException(ExitCode.Configuration, $"Servers would ignore this pardon: {refusal.Message}.");
        }
    }
}
