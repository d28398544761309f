using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer.Rules;

/// <summary>Bounds what one server can do: over <c>maxbans</c>, and for the time of <c>quarantine</c> after, its bans are not written.</summary>
/// <remarks>
/// Counted are new bans as they come. Those that piled up while this server was away are counted over that time instead: a day's bans at once are
/// no flood.
/// </remarks>
internal sealed class ServerQuarantine(Settings settings, TimeProvider time, ILogger<ServerQuarantine> log)
{
    private readonly RateLimit limit = settings.Consumer.MaxBans;
    private readonly TimeSpan quarantine = settings.Consumer.Quarantine;
    private readonly Dictionary<string, SenderRate> reporters = [];
    private volatile Absence absence = new(DateTimeOffset.MinValue, 0);

    private TimeSpan Now => time.GetElapsedTime(0);

    /// <summary>This server receives again.</summary>
    /// <param name="heardUpTo">The time of the youngest ban that it has heard of; null when there was none.</param>
    public void StartBacklog(DateTimeOffset? heardUpTo)
    {
        DateTimeOffset now = time.GetUtcNow();
        double windows = limit.IsUnlimited ? 0 : (now - (heardUpTo ?? now)) / limit.Window;
        absence = new Absence(now, (int)Math.Min(int.MaxValue, limit.Count * windows));
    }

    /// <summary>Counts a ban that was written in an earlier run.</summary>
    public void CountWritten(Ban ban, DateTimeOffset writtenAt)
    {
        TimeSpan age = time.GetUtcNow() - writtenAt;
        // A ban that was old when it was written was part of a backlog.
        if (age < limit.Window && writtenAt - ban.DetectedAt < limit.Window)
        {
            ReporterOf(ban).CountAndCheckLimit(age);
        }
    }

    /// <summary>Whether the new ban may be written; else its server is under quarantine.</summary>
    /// <param name="until">The end of the quarantine, as it stands now.</param>
    public bool TryAdmit(Ban ban, out DateTimeOffset until)
    {
        until = default;
        if (limit.IsUnlimited)
        {
            return true;
        }

        SenderRate reporter = ReporterOf(ban);
        bool isOver = !reporter.TryUseBacklog(ban, absence) && reporter.CountAndCheckLimit(age: TimeSpan.Zero);
        if (isOver)
        {
            Quarantine(ban.Server, reporter);
        }
        else if (reporter.QuarantinedUntil <= Now)
        {
            reporter.QuarantinedUntil = null;
            log.LogInformation("{Server:l} is no longer quarantined.", ban.Server);
        }

        until = time.GetUtcNow() + (reporter.QuarantinedUntil - Now ?? TimeSpan.Zero);
        return reporter.QuarantinedUntil is null;
    }

    /// <summary>Whether the server is under quarantine; nothing is counted.</summary>
    /// <param name="until">The end of the quarantine, as it stands now.</param>
    public bool IsQuarantined(string server, out DateTimeOffset until)
    {
        TimeSpan rest = reporters.GetValueOrDefault(server)?.QuarantinedUntil - Now ?? TimeSpan.Zero;
        until = time.GetUtcNow() + rest;
        return rest > TimeSpan.Zero;
    }

    private SenderRate ReporterOf(Ban ban)
    {
        if (!reporters.TryGetValue(ban.Server, out SenderRate? reporter))
        {
            reporters[ban.Server] = reporter = new SenderRate(limit, time);
        }

        return reporter;
    }

    private void Quarantine(string server, SenderRate reporter)
    {
        if (reporter.QuarantinedUntil is null)
        {
            log.LogWarning(
                "{Server:l} has reported more than {Rate:l} (maxbans), so it is quarantined: its bans go to {Queue:l} until it has kept to that for {Minutes} minutes. "
                + "If it was taken over: f2bbroker revoke {Server:l}",
                server, limit.ToString(), Topology.ErrorQueueFor(settings.Server), quarantine.TotalMinutes, server);
        }

        reporter.QuarantinedUntil = Now + quarantine;
    }
}
