using MassTransit;

namespace F2bBroker.Daemon.Messaging;

/// <summary>Whether the daemon's connection for bans works.</summary>
/// <param name="FindFailure">Returns why it does not work now, without a full stop; null if it works. Any thread may call it.</param>
internal sealed record ConnectionHealth(Func<string?> FindFailure)
{
    public static ConnectionHealth FromBus(IBusControl bus) => new(() =>
        bus.CheckHealth() is { Status: not BusHealthStatus.Healthy } health ? health.Description?.TrimEnd('.') ?? "unknown" : null);
}
