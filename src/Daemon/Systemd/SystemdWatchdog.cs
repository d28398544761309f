using System.Globalization;
using F2bBroker.Daemon.Messaging;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Daemon.Systemd;

/// <summary>
/// Notifies systemd when the daemon is ready, and then sends watchdog pings at half the watchdog's interval while the connection works or
/// the daemon waits for the broker.
/// </summary>
/// <remarks>Not <c>AddSystemd()</c>: it sends READY before anything is read, and sends no watchdog pings.</remarks>
internal sealed class SystemdWatchdog(
    ISystemdNotifier systemd,
    Readiness readiness,
    ConnectionHealth connection,
    BrokerLoginCheck login,
    DaemonExit exit,
    TimeProvider time,
    ILogger<SystemdWatchdog> log)
    : Worker(exit)
{
    private static readonly ServiceState WatchdogPing = new("WATCHDOG=1");

    private readonly BusFailureTimeout failureTimeout = new(time);
    private bool isPingSuspended;

    protected override async Task RunAsync(CancellationToken stopping)
    {
        await readiness.Task.WaitAsync(stopping);
        systemd.Notify(ServiceState.Ready);
        if (Interval() is not { } interval)
        {
            return;
        }

        using PeriodicTimer timer = new(interval / 2, time);
        do
        {
            PingWatchdog();
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private void PingWatchdog()
    {
        string? failure = connection.FindFailure();
        if (!failureTimeout.IsExceeded(failure is null, login.IsUnavailable))
        {
            systemd.Notify(WatchdogPing);
            isPingSuspended = false;
        }
        else if (!isPingSuspended)
        {
            log.LogWarning(
                "The connection has failed for {Minutes} minutes although the broker is available: {Cause:l}. Stopping "
                    + "the watchdog pings so that systemd restarts the daemon.",
                BusFailureTimeout.Limit.TotalMinutes,
                failure);
            isPingSuspended = true;
        }
    }

    // In microseconds; see sd_watchdog_enabled(3).
    private static TimeSpan? Interval() =>
        long.TryParse(
            Environment.GetEnvironmentVariable("WATCHDOG_USEC"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out long microseconds)
        && microseconds > 0
        && Environment.GetEnvironmentVariable("WATCHDOG_PID") is var process
        && (process is null || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;
}
