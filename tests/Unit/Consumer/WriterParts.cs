using F2bBroker.Consumer.Metrics;
using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Writing;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Health;
using F2bBroker.Daemon.Metrics;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace F2bBroker.UnitTests.Consumer;

/// <summary>A writer of a monitored log with the parts that it needs, as the consumer creates them at its start.</summary>
internal sealed class WriterParts
{
    public WriterParts(
        Settings settings,
        CurrentPardons pardons,
        HealthProblems problems,
        DaemonMeter meter,
        TimeProvider time,
        ILogger<BanWriter>? log = null)
    {
        Latest = new LatestBanTime(time);
        Metrics = new ConsumerMetrics(meter, time);
        ServerQuarantine quarantine = new(settings, time, NullLogger<ServerQuarantine>.Instance);
        Evaluator = new BanEvaluator(settings.Consumer, quarantine, Latest, time);
        Writer = new BanWriter(
            settings,
            Evaluator,
            pardons,
            Metrics,
            problems,
            Readiness,
            Exit,
            time,
            log ?? NullLogger<BanWriter>.Instance);
    }

    public DaemonExit Exit { get; } =
        new(new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), NullLogger<DaemonExit>.Instance);

    public Readiness Readiness { get; } = new();

    public LatestBanTime Latest { get; }

    public ConsumerMetrics Metrics { get; }

    public BanEvaluator Evaluator { get; }

    public BanWriter Writer { get; }
}
