using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Producer.Parsing;

/// <summary>Parses a line of another group's consumer, and makes its ban one that this group's server reports.</summary>
internal static class ForwardedBan
{
    /// <summary>Returns the ban to forward; null if the line is not a ban, or if its server is not selected.</summary>
    /// <param name="reason">Why the ban is not forwarded; null if it is, or if the line is not a ban.</param>
    public static Ban? Parse(string line, Settings settings, out SkipReason? reason)
    {
        reason = null;
        // The consumer of a bridge writes a ban that was forwarded to its group as Report, so that it is not forwarded again.
        if (MonitoredLogLine.Parse(line) is not { IsBan: true, Ban: { } ban })
        {
            return null;
        }

        if (!settings.Producer.Servers.Includes(ban.Server))
        {
            reason = SkipReason.IgnoredServer;
            return null;
        }

        return ban with { Server = settings.Server, Via = settings.Producer.NamesVia ? ban.Server : Ban.HiddenVia };
    }
}
