using F2bBroker.Contracts;
using F2bBroker.Daemon.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace F2bBroker.Consumer;

/// <summary>
/// Bounds what one server can do by what it reported in the past: as <see cref="Containment"/> would have on a server that was there, by the bans' own
/// times. It has to be shown all of them, those that were written before too: then it comes to the same each time.
/// </summary>
/// <remarks>Each server has a clock of its own: one that lies about the time hurts itself alone.</remarks>
internal sealed class PastContainment(Settings settings)
{
    private readonly Dictionary<string, (BanClock Clock, Containment Containment)> servers = [];

    /// <summary>Whether the ban may be written.</summary>
    public bool Admits(Ban ban)
    {
        if (!servers.TryGetValue(ban.Server, out (BanClock Clock, Containment Containment) server))
        {
            BanClock clock = new();
            servers[ban.Server] = server = (clock, new Containment(settings, clock, NullLogger<Containment>.Instance));
        }

        server.Clock.Show(ban.DetectedAt);
        return server.Containment.Admits(ban, out _);
    }
}
