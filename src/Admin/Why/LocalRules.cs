using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace F2bBroker.Admin.Why;

/// <summary>
/// Evaluates bans with the consumer's own rules and this server's settings, as a consumer does that starts now and reads the stream.
/// </summary>
internal sealed class LocalRules
{
    private readonly CurrentPardons pardons;
    private readonly SkipRules skipRules;
    private readonly ReplayQuarantine quarantine;
    private readonly BanEvaluator evaluator;

    private LocalRules(Settings settings, PardonList pardons, BrokerAddresses brokerAddresses, TimeProvider time)
    {
        this.pardons = new CurrentPardons(settings.Consumer);
        if (settings.Consumer.Pardons)
        {
            this.pardons.Replace(pardons);
        }

        skipRules = new SkipRules(settings, new HostAddresses(time), brokerAddresses, time);
        quarantine = new ReplayQuarantine(settings);
        evaluator = new BanEvaluator(
            settings.Consumer,
            new ServerQuarantine(settings, time, NullLogger<ServerQuarantine>.Instance),
            new LatestBanTime(time),
            time);
    }

    /// <summary>Reads the monitored log, and resolves the broker's names.</summary>
    /// <param name="warn">Receives warnings.</param>
    public static async Task<LocalRules> LoadAsync(
        Settings settings,
        PardonList pardons,
        TimeProvider time,
        Action<string> warn,
        CancellationToken cancel)
    {
        BrokerAddresses brokerAddresses = new(settings);
        foreach (string warning in (await brokerAddresses.ResolveAsync(cancel)).Values.OfType<string>())
        {
            warn(warning);
        }

        LocalRules rules = new(settings, pardons, brokerAddresses, time);
        try
        {
            new WrittenLinesLoader(settings.Consumer, rules.evaluator, time).Load(_ => { });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // MonitoredLogSearch reads the same folder and files, and reports those that cannot be read.
        }

        return rules;
    }

    /// <summary>Evaluates a ban of the stream. It has to receive all of them, because limits and quorum count other bans too.</summary>
    public LocalDecision Evaluate(Ban ban)
    {
        string? reason = skipRules.FindSkipReason(ban)
            ?? quarantine.FindSkipReason(ban)
            ?? (pardons.Cover(ban) ? CurrentPardons.SkipReason : null);
        return reason is null && evaluator.Evaluate(ban, DeliverySource.HistoryStream) is BanOutcome.Written written
            ? new LocalDecision(written.Line[..written.Line.IndexOf(' ')], null)
            : new LocalDecision(null, reason);
    }
}
