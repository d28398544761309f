using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer.Rules;

/// <summary>Decides the outcome of each ban from the bans written within <c>maxage</c>.</summary>
/// <remarks>The monitored log is the only memory: at start, each of its lines is passed to <see cref="Remember"/>.</remarks>
internal sealed class BanEvaluator(ConsumerSettings settings, ServerQuarantine quarantine, LatestBanTime latestBan, TimeProvider time)
{
    private readonly WrittenBanCache written = new(settings.MaxAge, time);
    private readonly Quorum quorum = new(settings, time);
    private readonly EarlierTrials trials = new(settings);

    /// <summary>Returns the ban's outcome. A ban whose outcome is <see cref="BanOutcome.Written"/> counts as written from now on.</summary>
    public BanOutcome Evaluate(Ban ban, DeliverySource source = DeliverySource.Delivered)
    {
        if (source == DeliverySource.EarlierTrial)
        {
            return quorum.IsReachedBy(ban) ? new BanOutcome.Written(MonitoredLogLine.BanText(ban)) : new BanOutcome.BelowQuorum();
        }

        Guid id = ban.MessageId;
        if (written.Contains(id))
        {
            return new BanOutcome.Duplicate();
        }

        DateTimeOffset until = default;
        if (source switch
        {
            DeliverySource.Delivered => !quarantine.TryAdmit(ban, out until),
            DeliverySource.HistoryStream => !quarantine.TryAdmitFromStream(ban, out until),
            _ => false,
        })
        {
            return new BanOutcome.Quarantined(until);
        }

        written.Add(id, age: TimeSpan.Zero);
        quorum.Count(ban, age: TimeSpan.Zero);
        return new BanOutcome.Written(
            // A forwarded ban is not forwarded again.
            settings.IsBridge && ban.Via is not null || !quorum.IsReachedBy(ban) ? MonitoredLogLine.ReportText(ban)
            : settings.RulesFor(ban.Server).IsTrial ? MonitoredLogLine.TrialText(ban)
            : MonitoredLogLine.BanText(ban));
    }

    /// <summary>Adds a line that an earlier run wrote.</summary>
    public void Remember(MonitoredLogLine line)
    {
        TimeSpan age = time.GetUtcNow() - line.WrittenAt;
        Guid id = line.Ban.MessageId;
        trials.Add(line, id);
        written.Add(id, age);
        quorum.Count(line.Ban, age);
        quarantine.CountWritten(line.Ban, line.WrittenAt);
        latestBan.Update(line.Ban);
    }

    /// <summary>Returns, once, the remembered bans that have only a <c>Trial</c> line although their server is not on trial.</summary>
    public IReadOnlyList<Ban> TakeEarlierTrials() => trials.TakeAll();
}
