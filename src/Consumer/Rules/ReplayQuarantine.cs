using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace F2bBroker.Consumer.Rules;

/// <summary>
/// Applies the limits of <see cref="ServerQuarantine"/> to the bans of the stream, by the bans' own times. It must receive every ban, including those
/// already written, so that each replay has the same result.
/// </summary>
/// <remarks>
/// Each server has its own clock, so a server that sends false times affects only itself. docs/decisions/14-two-limits-for-a-backlog.md explains why
/// <see cref="ServerQuarantine"/> with its <see cref="Backlog"/> limits live bans differently.
/// </remarks>
internal sealed class ReplayQuarantine(Settings settings)
{
    private readonly Dictionary<string, (ReplayTimeProvider Clock, ServerQuarantine Quarantine)> servers = [];

    /// <summary>Counts the ban; returns false if its server was quarantined at the time of the ban, so that the ban must not be written.</summary>
    public bool TryAdmit(Ban ban)
    {
        if (!servers.TryGetValue(ban.Server, out (ReplayTimeProvider Clock, ServerQuarantine Quarantine) server))
        {
            ReplayTimeProvider clock = new();
            servers[ban.Server] = server = (clock, new ServerQuarantine(settings, clock, NullLogger<ServerQuarantine>.Instance));
        }

        server.Clock.AdvanceTo(ban.DetectedAt);
        return server.Quarantine.TryAdmit(ban, out _);
    }
}
