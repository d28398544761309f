using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Producer.Metrics;
using F2bBroker.Shared.Messaging;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Producer.Publishing;

/// <summary>Publishes a ban and returns when the broker has confirmed it, however long that takes.</summary>
internal sealed class BanPublisher(IBus bus, BrokerLoginCheck login, ProducerMetrics metrics, TimeProvider time, ILogger<BanPublisher> log)
{
    // MassTransit silently retries a refused publish until its token is cancelled.
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    // A refused publish may have reached all queues but one. Retrying at a constant rate would flood the group with copies.
    private static readonly TimeSpan InitialDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(60);

    private int stuck;

    public async Task PublishAsync(Ban ban, CancellationToken stopping)
    {
        metrics.PublishStarted();
        bool isStuck = false;
        Backoff backoff = new(InitialDelay, MaxDelay, time);
        long start = time.GetTimestamp();
        for (bool isAgain = false; await TryPublishAsync(ban, stopping) is { } failure; isAgain = true)
        {
            await login.WaitUntilAcceptedAsync(stopping);
            // An unavailable broker has been logged already, and one failure may only be a lost connection.
            if (!isStuck && (isAgain || failure is OperationCanceledException) && !login.WasUnavailableSince(start))
            {
                isStuck = true;
                WarnStuck(failure);
            }

            if (failure is not MessageNotAcknowledgedException)
            {
                backoff.Reset();
            }

            await backoff.WaitAsync(stopping);
            start = time.GetTimestamp();
        }

        if (isStuck && Interlocked.Decrement(ref stuck) == 0)
        {
            log.LogInformation("The broker confirms bans again.");
        }

        metrics.PublishConfirmed();
        log.LogInformation("Published: {Ban:l}", MonitoredLogLine.BanText(ban));
    }

    private void WarnStuck(Exception failure)
    {
        if (Interlocked.Increment(ref stuck) == 1)
        {
            log.LogWarning("The broker accepts the login but does not confirm bans: {Cause:l} Retrying. No ban is lost.", CauseOf(failure));
        }
    }

    private async Task<Exception?> TryPublishAsync(Ban ban, CancellationToken stopping)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(ConfirmTimeout);
        try
        {
            await bus.Publish(ban.ToMessage(), context => context.MessageId = ban.MessageId, limit.Token);
            return null;
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            return failure; // Whatever it was, the ban is not confirmed, so it has to be sent again.
        }
    }

    private static string CauseOf(Exception failure) =>
        failure switch
        {
            MessageReturnedException => "no queue is bound to f2b.bans (f2bbroker enroll creates queues).",
            OperationCanceledException =>
                $"no answer within {ConfirmTimeout.TotalSeconds} s. Is f2b.bans there (f2bbroker init), has this server the right to "
                    + "publish, is the broker out of memory or disk?",
            _ => $"{BrokerReply.Describe(failure)}.",
        };
}
