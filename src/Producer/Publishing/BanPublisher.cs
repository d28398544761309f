using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Health;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Producer.Metrics;
using F2bBroker.Shared.Messaging;
using MassTransit;
using Microsoft.Extensions.Logging;
using PublishException = RabbitMQ.Client.Exceptions.PublishException;

namespace F2bBroker.Producer.Publishing;

/// <summary>Publishes a ban and returns when the broker has confirmed it, however long that takes.</summary>
internal sealed class BanPublisher
{
    // A refused publish may have reached all queues but one. Retrying at a constant rate would flood the group with copies.
    private static readonly TimeSpan InitialDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(60);

    private readonly IBus bus;
    private readonly PublishConnection connection;
    private readonly BrokerLoginCheck login;
    private readonly ProducerMetrics metrics;
    private readonly HealthProblems problems;
    private readonly TimeProvider time;
    private readonly ILogger<BanPublisher> log;
    private int stuck;

    public BanPublisher(
        IBus bus,
        PublishConnection connection,
        BrokerLoginCheck login,
        ProducerMetrics metrics,
        HealthProblems problems,
        TimeProvider time,
        ILogger<BanPublisher> log)
    {
        (this.bus, this.connection, this.login, this.metrics) = (bus, connection, login, metrics);
        (this.problems, this.time, this.log) = (problems, time, log);
        bus.ConnectPublishObserver(new RefusedPublishObserver());
    }

    public async Task PublishAsync(Ban ban, CancellationToken stopping)
    {
        metrics.PublishStarted();
        bool isStuck = false;
        Backoff backoff = new(InitialDelay, MaxDelay, time);
        long start = time.GetTimestamp();
        for (bool isAgain = false; await TryPublishAsync(ban, stopping) is { } failure; isAgain = true)
        {
            bool isUnconfirmed = failure is OperationCanceledException or PublishException;
            if (!isUnconfirmed || (failure is OperationCanceledException && Volatile.Read(ref stuck) == 0))
            {
                await login.WaitUntilAcceptedAsync(stopping);
            }

            // An unavailable broker has been logged already, and one failure may only be a lost connection.
            if (!isStuck && (isAgain || isUnconfirmed) && !login.WasUnavailableSince(start))
            {
                isStuck = true;
                WarnStuck(failure);
            }

            if (isUnconfirmed && !connection.IsWaitingForStream)
            {
                await connection.ReplaceAsync(start);
            }

            if (failure is not PublishException)
            {
                backoff.Reset();
            }

            await backoff.WaitAsync(stopping);
            start = time.GetTimestamp();
        }

        if (isStuck && Interlocked.Decrement(ref stuck) == 0)
        {
            log.LogInformation("The broker confirms bans again.");
            problems.Clear(nameof(BanPublisher));
        }

        connection.RecordConfirm();
        metrics.PublishConfirmed();
        log.LogInformation("Published: {Ban:l}", MonitoredLogLine.BanText(ban));
    }

    private void WarnStuck(Exception failure)
    {
        if (Interlocked.Increment(ref stuck) == 1)
        {
            string message = $"The broker accepts the login but does not confirm bans: {CauseOf(failure)} Retrying. No ban is lost.";
            log.LogWarning("{Message:l}", message);
            problems.Set(nameof(BanPublisher), message);
        }
    }

    private async Task<Exception?> TryPublishAsync(Ban ban, CancellationToken stopping)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        // MassTransit silently retries some failures until its token is cancelled, and waits for a confirm without limit.
        limit.CancelAfter(BrokerConnection.ConfirmTimeout);
        PublishAttempt attempt = new(limit);
        try
        {
            await connection.PublishAsync(
                open => bus.Publish(ban.ToMessage(), context => Prepare(context, ban, attempt), open),
                limit.Token);
            return null;
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            return attempt.Refusal ?? failure; // Whatever it was, the ban is not confirmed, so it has to be sent again.
        }
    }

    private static void Prepare(PublishContext context, Ban ban, PublishAttempt attempt)
    {
        context.MessageId = ban.MessageId;
        context.AddOrUpdatePayload(() => attempt, _ => attempt);
    }

    private string CauseOf(Exception failure) =>
        failure switch
        {
            OperationCanceledException when connection.IsWaitingForStream =>
                $"the stream {Topology.HistoryStream} is not up (f2bbroker doctor).",
            MessageReturnedException => "no queue is bound to f2b.bans (f2bbroker enroll creates queues).",
            PublishException => "a queue refuses them. Is one full with overflow = reject-publish, or is its node down?",
            OperationCanceledException =>
                $"no answer within {BrokerConnection.ConfirmTimeout.TotalSeconds} s. Is f2b.bans there (f2bbroker init), has this server "
                    + "the right to publish, is the broker out of memory or disk?",
            _ => $"{BrokerReply.Describe(failure)}.",
        };
}
