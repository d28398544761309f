using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace F2bBroker.Consumer.Rules;

/// <summary>
/// Limits one server while missed bans are read from the stream, as <see cref="ServerQuarantine"/> would have limited it live, but by the
/// times of its bans. It must receive every ban, including those already written, so that each replay has the same result.
/// </summary>
/// <remarks>
/// Each server has its own clock, so a server that falsifies its times only affects itself. docs/decisions/14-two-limits-for-a-backlog.md
/// explains why there are two limits.
/// </remarks>
internal sealed class ReplayQuarantine(Settings settings)
{
    /// <summary>The reason for skipping a ban.</summary>
    public const string SkipReason = "of a server that reported more than maxbans";

    private readonly Dictionary<string, (ReplayTimeProvider Clock, ServerQuarantine Quarantine)> servers = [];

    /// <summary>Counts the ban. Returns the reason to skip it if its server is quarantined; otherwise null.</summary>
    public string? FindSkipReason(Ban ban)
    {
        if (!servers.TryGetValue(ban.Server, out (ReplayTimeProvider Clock, ServerQuarantine Quarantine) server))
        {
            ReplayTimeProvider clock = new();
            servers[ban.Server] = server = (clock, new ServerQuarantine(settings, clock, NullLogger<ServerQuarantine>.Instance));
        }

        server.Clock.AdvanceTo(ban.DetectedAt);
        return server.Quarantine.TryAdmit(ban, out _) ? null : SkipReason;
    }
}
