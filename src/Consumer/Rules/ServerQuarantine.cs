using System.Collections.Concurrent;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer.Rules;

/// <summary>Limits one server: above <c>maxbans</c>, and for <c>quarantine</c> afterwards, its bans are not written.</summary>
/// <remarks>
/// New bans are counted when they arrive. Bans that accumulated while this server was offline are spread over that period, so a day's
/// backlog is not a flood. docs/decisions/14-two-limits-for-a-backlog.md explains why <see cref="ReplayQuarantine"/> limits the bans of
/// the stream differently.
/// </remarks>
internal sealed class ServerQuarantine(Settings settings, TimeProvider time, ILogger<ServerQuarantine> log)
{
    private readonly TimeSpan quarantine = settings.Consumer.Quarantine;
    private readonly SenderRateLimiter newBans = new(server => settings.Consumer.RulesFor(server).MaxBans, time);
    // By server: the end of its quarantine, as the time elapsed since timestamp 0 of the monotonic clock.
    private readonly ConcurrentDictionary<string, TimeSpan> ends = new();
    private volatile Backlog backlog = new(DateTimeOffset.MinValue, limitFor: _ => 0);

    /// <summary>Raised when a quarantine begins or ends.</summary>
    public event Action? Changed;

    /// <summary>The quarantined servers, and until when unless they report too many bans again. Any thread may ask.</summary>
    public IReadOnlyList<QuarantinedServer> Servers
    {
        get
        {
            (TimeSpan now, DateTimeOffset clock) = (Now, time.GetUtcNow());
            return
            [
                .. ends
                    .Where(server => server.Value > now)
                    .Select(server => new QuarantinedServer(server.Key, UtcTimestamp.Format(clock + server.Value - now))),
            ];
        }
    }

    private TimeSpan Now => time.GetElapsedTime(0);

    /// <summary>Starts a new backlog, because this server receives again.</summary>
    /// <param name="latestBan">The time of the newest ban that this server has received; null if it has received none.</param>
    public void StartBacklog(DateTimeOffset? latestBan)
    {
        DateTimeOffset now = time.GetUtcNow();
        TimeSpan span = now - (latestBan ?? now);
        backlog = new Backlog(now, server => LimitFor(server).CountWithin(span));
    }

    /// <summary>Counts a ban that was written without <see cref="TryAdmit"/>; returns false if its server is over the limit.</summary>
    public bool CountWritten(Ban ban, DateTimeOffset writtenAt)
    {
        RateLimit limit = LimitFor(ban.Server);
        TimeSpan age = time.GetUtcNow() - writtenAt;
        // A ban that was old when it was written was part of a backlog.
        return age >= limit.Window || writtenAt - ban.DetectedAt >= limit.Window || newBans.TryAcquire(ban.Server, age);
    }

    /// <summary>
    /// Counts a ban of the stream that <see cref="ReplayQuarantine"/> has admitted; returns false if its server is quarantined, so that the
    /// ban must not be written. The order of the bans differs between queue and stream, so it may have been refused in an earlier run.
    /// </summary>
    /// <param name="until">The end of the quarantine unless the server reports too many bans again.</param>
    public bool TryAdmitFromStream(Ban ban, out DateTimeOffset until)
    {
        if (!IsQuarantined(ban.Server, out until) && !CountWritten(ban, time.GetUtcNow()))
        {
            Quarantine(ban.Server);
        }

        return !IsQuarantined(ban.Server, out until);
    }

    /// <summary>Counts a new ban; returns false if its server is quarantined, so that the ban must not be written.</summary>
    /// <param name="until">The end of the quarantine unless the server reports too many bans again.</param>
    public bool TryAdmit(Ban ban, out DateTimeOffset until)
    {
        until = default;
        if (LimitFor(ban.Server).IsUnlimited)
        {
            return true;
        }

        if (!backlog.TryUse(ban) && !newBans.TryAcquire(ban.Server))
        {
            Quarantine(ban.Server);
        }
        else if (ends.TryGetValue(ban.Server, out TimeSpan end) && end <= Now)
        {
            ends.TryRemove(ban.Server, out _);
            log.LogInformation("{Server:l} is no longer quarantined.", ban.Server);
            Changed?.Invoke();
        }

        // The clock is not compared again: a quarantine that expires here ends with the next ban, which logs it.
        if (!ends.TryGetValue(ban.Server, out TimeSpan current))
        {
            return true;
        }

        until = time.GetUtcNow() + (current - Now);
        return false;
    }

    private bool IsQuarantined(string server, out DateTimeOffset until)
    {
        TimeSpan rest = ends.TryGetValue(server, out TimeSpan end) ? end - Now : TimeSpan.Zero;
        until = time.GetUtcNow() + rest;
        return rest > TimeSpan.Zero;
    }

    private RateLimit LimitFor(string server) => settings.Consumer.RulesFor(server).MaxBans;

    private void Quarantine(string server)
    {
        bool isNew = !ends.ContainsKey(server);
        if (isNew)
        {
            string outcome = settings.Consumer.QueueType == QueueType.Stream
                ? "are skipped"
                : $"go to {Topology.ErrorQueueFor(settings.Server)}";
            log.LogWarning(
                "{Server:l} is quarantined: it reported more than {Limit:l} (maxbans). Its bans {Outcome:l} until it has stayed "
                + "within the limit for {Minutes} minutes. If the server was compromised, run: f2bbroker revoke {Server:l}",
                server, LimitFor(server).ToString(), outcome, quarantine.TotalMinutes, server);
        }

        ends[server] = Now + quarantine;
        if (isNew)
        {
            Changed?.Invoke();
        }
    }
}
