using System.Diagnostics.Metrics;
using F2bBroker.Daemon.Messaging;

namespace F2bBroker.Daemon.Metrics;

/// <summary>
/// The meter of a daemon, with the measurements that both daemons have: the last contact with the broker and the host's clock.
/// </summary>
internal sealed class DaemonMeter : IDisposable
{
    public const string Name = "F2bBroker";

    public DaemonMeter(LastBrokerContact contact, TimeProvider time)
    {
        Meter.CreateObservableGauge(
            "f2bbroker_broker_contact_timestamp_seconds",
            () => contact.UnixSeconds,
            description: "When the broker last sent something over the daemon's connection, heartbeats included; 0 for never.");
        Meter.CreateObservableGauge(
            "f2bbroker_clock_seconds",
            () => time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0,
            description: "This host's clock at the scrape.");
    }

    public Meter Meter { get; } = new(Name);

    public void Dispose() => Meter.Dispose();
}
