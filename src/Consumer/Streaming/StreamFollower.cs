using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Health;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Consumer.Streaming;

/// <summary>
/// Receives the bans from the stream, for a server that has no queue: continues after the last position at each start and reconnection, and
/// then follows. A batch is on disk before the position moves.
/// </summary>
internal sealed class StreamFollower(
    Settings settings,
    ResumableStream resumable,
    StreamMessageProcessor messages,
    BanWriter writer,
    BrokerAddresses brokerAddresses,
    ServerQuarantine quarantine,
    LatestBanTime latest,
    BrokerLoginCheck login,
    StreamConnection connection,
    HealthProblems problems,
    Readiness readiness,
    DaemonExit exit,
    TimeProvider time,
    ILogger<StreamFollower> log)
    : Worker(exit)
{
    private const int WarnedFailure = 3;

    private static readonly TimeSpan InitialDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StartupRefusalTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RefusalTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly DaemonExit daemonExit = exit;
    private readonly StreamProgress progress = new(writer, time);
    private readonly Backoff backoff = new(InitialDelay, MaxDelay, time);
    private int failures;
    private bool wasFollowing;
    private bool isRoleChecked;
    private string? roleError;
    private long? refusedSince;

    /// <summary>Why the stream is not followed now; null if it is.</summary>
    public string? Failure { get; private set; } = "not connected yet";

    protected override async Task RunAsync(CancellationToken stopping)
    {
        await Task.WhenAll(writer.Loaded, brokerAddresses.Resolved).WaitAsync(stopping);
        progress.Load();
        // When the daemon is asked to stop, the present batch may be finished.
        using CancellationTokenSource ended = new();
        await using CancellationTokenRegistration registration = stopping.Register(() => ended.CancelAfter(StopTimeout));
        try
        {
            await FollowAgainAsync(stopping, ended.Token);
        }
        finally
        {
            // The writer stops after this worker.
            await Task.WhenAny(progress.WriteAsync(), Task.Delay(StopTimeout, time, CancellationToken.None));
        }
    }

    private async Task FollowAgainAsync(CancellationToken stopping, CancellationToken ended)
    {
        while (true)
        {
            try
            {
                IConnection open = await connection.OpenAsync(stopping);
                await CheckRoleAsync(open, stopping);
                await FollowAsync(new BrokerStream(open, Topology.HistoryStream), stopping, ended);
            }
            catch (Exception failure) when (BrokerConnection.IsConnectionFailure(failure) && !stopping.IsCancellationRequested)
            {
                Failure = BrokerReply.Describe(failure);
                Report(failure);
            }

            await backoff.WaitAsync(stopping);
        }
    }

    /// <summary>Finds out, once, whether the server is enrolled to follow the stream. With a queue, it may read the stream too.</summary>
    private async Task CheckRoleAsync(IConnection open, CancellationToken stopping)
    {
        if (!isRoleChecked)
        {
            roleError = await PermissionProbe.FindReceiveErrorAsync(open, settings.Server, QueueType.Stream, stopping);
            isRoleChecked = true;
        }
    }

    private async Task FollowAsync(BrokerStream stream, CancellationToken stopping, CancellationToken ended)
    {
        progress.Release();
        ReplayQuarantine missed = new(settings);
        DateTimeOffset subscribedAt = time.GetUtcNow();
        quarantine.StartBacklog(latest.Value ?? resumable.FirstTime);
        await foreach (IReadOnlyList<StreamMessage> batch in resumable.FollowAsync(stream, progress.Position, stopping))
        {
            MarkFollowing();
            if (batch.Count > 0)
            {
                (long At, DateTimeOffset Clock) before = progress.ReadClocks();
                if (await messages.ProcessAsync(batch, subscribedAt, missed).WaitAsync(ended))
                {
                    progress.Hold(before);
                }

                progress.MoveTo(batch[^1]);
            }

            await progress.WriteIfDueAsync().WaitAsync(stopping);
            if (progress.IsToBeReadAgain)
            {
                log.LogInformation("The clock has been set forward. Reading again from the bans that were dated in the future.");
                return;
            }
        }
    }

    private void MarkFollowing()
    {
        if (Failure is null)
        {
            return;
        }

        log.LogInformation("Receiving from {Stream:l}.", Topology.HistoryStream);
        if (roleError is not null && !wasFollowing)
        {
            log.LogWarning("{Message:l}", roleError);
            problems.Set(nameof(roleError), roleError);
        }

        (Failure, failures, refusedSince, wasFollowing) = (null, 0, null, true);
        problems.Clear(nameof(StreamFollower));
        backoff.Reset();
        readiness.MarkStarted();
    }

    /// <summary>
    /// Warns of the third failure in a row. The first may be a lost connection, and the second a stream that starts later than its broker.
    /// A broker that is unavailable does not count, because others log that.
    /// </summary>
    private void Report(Exception failure)
    {
        if (login.IsUnavailable)
        {
            return;
        }

        if (failure is OperationInterruptedException { ShutdownReason.ReplyCode: Constants.AccessRefused })
        {
            refusedSince ??= time.GetTimestamp();
            if (time.GetElapsedTime(refusedSince.Value) > (wasFollowing ? RefusalTimeout : StartupRefusalTimeout))
            {
                daemonExit.Fail(wasFollowing ? ExitCode.Failure : ExitCode.Configuration, ErrorMessageFor(failure));
                return;
            }
        }

        if (++failures == WarnedFailure)
        {
            string message = $"{ErrorMessageFor(failure)} Retrying. No ban is lost.";
            log.LogWarning("{Message:l}", message);
            problems.Set(nameof(StreamFollower), message);
            readiness.MarkStarted();
        }
    }

    private string ErrorMessageFor(Exception failure) => failure switch
    {
        _ when NotFoundAnswer.IsMissing(failure) => NotFoundAnswer.MissingHistory,
        OperationInterruptedException { ShutdownReason.ReplyCode: Constants.AccessRefused } =>
            roleError ?? $"'{settings.Server}' may not read {Topology.HistoryStream}: f2bbroker init grants it to an enrolled server.",
        _ => $"Cannot read {Topology.HistoryStream}: {Failure}.",
    };
}
