using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace F2bBroker.Consumer.Rules;

/// <summary>
/// Bounds what one server can do by what it reported in the past: as <see cref="ServerQuarantine"/> would have on a server that was there,
/// by the bans' own
/// times. It must receive every ban, including those already written, so that each replay has the same result.
/// </summary>
/// <remarks>Each server has a clock of its own: one that lies about the time hurts itself alone.</remarks>
internal sealed class ReplayQuarantine(Settings settings)
{
    private readonly Dictionary<string, (ReplayTimeProvider Clock, ServerQuarantine Containment)> servers = [];

    /// <summary>Whether the ban may be written.</summary>
    public bool TryAdmit(Ban ban)
    {
        if (!servers.TryGetValue(ban.Server, out (ReplayTimeProvider Clock, ServerQuarantine Containment) server))
        {
            ReplayTimeProvider clock = new();
            servers[ban.Server] = server = (clock, new ServerQuarantine(settings, clock, NullLogger<ServerQuarantine>.Instance));
        }

        server.Clock.AdvanceTo(ban.DetectedAt);
        return server.Containment.TryAdmit(ban, out _);
    }
}
