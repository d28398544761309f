using F2bBroker.Contracts;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace F2bBroker.Daemon.Health;

/// <summary>
/// Publishes the daemon's health while it is ready, and once more when it stops. No failure of it affects bans, readiness or the watchdog.
/// </summary>
/// <remarks>
/// It does not run <see cref="BrokerLoginCheck"/>, which ends the daemon if the broker refuses the login for minutes.
/// docs/decisions/17-health-on-its-own-connection.md explains on which connection it publishes.
/// </remarks>
internal sealed class HealthReporter(
    Settings settings,
    IHealthContent content,
    HealthConnectionSource source,
    HealthProblems problems,
    Readiness readiness,
    BrokerLoginCheck login,
    DaemonExit exit,
    TimeProvider time,
    ILogger<HealthReporter> log)
    : Worker(exit)
{
    private static readonly TimeSpan AvailabilityInterval = TimeSpan.FromSeconds(1);

    // The daemon's other connections come first: the broker may count lost ones for a while, and limits their number.
    private static readonly TimeSpan InitialDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan RefusalRetryInterval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1);

    private readonly DaemonExit daemonExit = exit;
    private int failures;
    private bool isRefused;

    protected override async Task RunAsync(CancellationToken stopping)
    {
        await readiness.Task.WaitAsync(stopping);
        Backoff backoff = new(InitialDelay, MaxDelay, time);
        while (true)
        {
            while (login.IsUnavailable)
            {
                await Task.Delay(AvailabilityInterval, time, stopping);
            }

            try
            {
                await using HealthConnection connection = await HealthConnection.OpenAsync(source, settings.Server, stopping);
                failures = 0;
                backoff.Reset();
                await ReportAsync(connection, stopping);
            }
            catch (Exception failure)
            {
                stopping.ThrowIfCancellationRequested();
                // Whatever it is, the daemon continues.
                LogFailure(failure);
            }

            await backoff.WaitAsync(stopping);
        }
    }

    /// <summary>Publishes until the channel is closed. If the broker refuses the messages, waits until a retry is due.</summary>
    private async Task ReportAsync(HealthConnection connection, CancellationToken stopping)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stopping, connection.Closed);
        HealthSchedule schedule = new(problems, time);
        try
        {
            while (true)
            {
                await connection.PublishAsync(CreateBody(HealthMessage.Ready), end.Token);
                await schedule.WaitAsync(end.Token);
                isRefused = false;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            using CancellationTokenSource limit = new(StopTimeout, time);
            await connection.PublishAsync(CreateBody(HealthMessage.Stopped), limit.Token);
            throw;
        }
        catch (OperationCanceledException) when (connection.Refusal is { } refusal)
        {
            LogRefusal(refusal.ReplyCode);
            await Task.WhenAny(connection.Lost, Task.Delay(RefusalRetryInterval, time, stopping));
        }
        catch (OperationCanceledException)
        {
            // The connection was lost.
        }
    }

    private byte[] CreateBody(string state) =>
        HealthBody.Serialize(content.AddTo(new HealthMessage(
            settings.Server,
            content.Program,
            BrokerConnection.ProgramVersion,
            UtcTimestamp.Format(time.GetUtcNow()),
            state,
            [.. daemonExit.Message is { } message ? [message] : Array.Empty<string>(), .. problems.Texts])));

    private void LogRefusal(ushort code)
    {
        if (!isRefused)
        {
            log.LogInformation(
                code == Constants.NotFound
                    ? "The broker has no exchange {Exchange:l}; f2bbroker init creates it. Until then, f2bbroker status does not show this "
                        + "server's health. Bans are not affected."
                    : "This server has no permission to publish to {Exchange:l}; f2bbroker init grants it. Until then, f2bbroker status "
                        + "does not show this server's health. Bans are not affected.",
                Topology.HealthExchange);
        }

        isRefused = true;
    }

    /// <summary>Logs the second failure in a row. The first may be a lost connection, which others log.</summary>
    private void LogFailure(Exception failure)
    {
        if (++failures == 2 && !login.IsUnavailable)
        {
            log.LogInformation(
                "Cannot report this server's health: {Cause:l}. Retrying. Bans are not affected.",
                BrokerReply.Describe(failure));
        }
    }
}
