using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Health;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using MassTransit;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.Consumer.Receiving;

/// <summary>
/// Logs when the queue is consumed and when it is not. If the broker refuses from the first start on, the daemon stops within seconds;
/// after a later refusal it stops after 5 minutes. MassTransit itself would retry silently forever.
/// </summary>
internal sealed class ReceiveEndpointObserver(
    Settings settings,
    BrokerLoginCheck login,
    HealthProblems problems,
    Readiness readiness,
    DaemonExit exit,
    TimeProvider time,
    ILogger<ReceiveEndpointObserver> log)
    : IReceiveEndpointObserver
{
    private static readonly TimeSpan StartupFailureTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FailureTimeout = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private bool wasReady;
    private long? failingSince;
    private bool hasWarned;

    public Task Ready(ReceiveEndpointReady ready)
    {
        lock (gate)
        {
            log.LogInformation("Receiving from {Queue:l}.", Topology.QueueFor(settings.Server));
            (wasReady, failingSince, hasWarned) = (true, null, false);
            problems.Clear(nameof(ReceiveEndpointObserver));
            readiness.MarkStarted();
        }

        return Task.CompletedTask;
    }

    public Task Faulted(ReceiveEndpointFaulted faulted)
    {
        lock (gate)
        {
            if (login.IsUnavailable || faulted.Exception is not { } failure)
            {
                return Task.CompletedTask;
            }

            if (BrokerReply.Causes(failure).Select(NotFoundAnswer.FindUnavailable).FirstOrDefault(text => text is not null) is { } reason)
            {
                // The queue's node is down or still starting, which waiting solves.
                WarnOnce($"The broker cannot deliver from {Topology.QueueFor(settings.Server)} now: {reason}. Retrying.");
                readiness.MarkStarted();
                return Task.CompletedTask;
            }

            if (FindRefusal(failure) is not { } refusal)
            {
                return Task.CompletedTask;
            }

            failingSince ??= time.GetTimestamp();
            if (time.GetElapsedTime(failingSince.Value) > (wasReady ? FailureTimeout : StartupFailureTimeout))
            {
                exit.Fail(wasReady ? ExitCode.Failure : ExitCode.Configuration, refusal);
            }
            else
            {
                WarnOnce($"{refusal} Retrying.");
            }
        }

        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    private string QueueInUse =>
        $"Another consumer is connected as '{settings.Server}' and holds its queue. Stop it, or give this server a name of its own "
            + "([server] name).";

    private void WarnOnce(string message)
    {
        if (!hasWarned)
        {
            log.LogWarning("{Message:l}", message);
            problems.Set(nameof(ReceiveEndpointObserver), message);
        }

        hasWarned = true;
    }

    private string? FindRefusal(Exception failure) =>
        BrokerReply.Causes(failure).Any(cause => cause is QueueInUseException) ? QueueInUse
        : QueueLimit.Describe(settings, failure) is { } limit ? limit
        // A connection that the broker closed is no refusal of the queue. The next login check logs the cause.
        : BrokerReply.Find(failure) is { ReplyCode: not Constants.ConnectionForced } reply ? ErrorMessageFor(reply)
        : null;

    private string ErrorMessageFor(ShutdownEventArgs answer) =>
        (answer.ReplyCode, answer.ReplyText) switch
        {
            (Constants.AccessRefused, var text) when text.Contains("exclusive", StringComparison.Ordinal) => QueueInUse,
            (Constants.PreconditionFailed, var text) when QueueTypeMismatch.Describe(settings, text) is { } message => message,
            (Constants.AccessRefused, var text) =>
                $"The broker refuses the queue of '{settings.Server}': {text.TrimEnd('.')}. If the server is enrolled with --stream, set "
                    + $"[consumer] queuetype = {QueueType.Stream}. Otherwise check its rights (f2bbroker enroll).",
            (_, var text) =>
                $"The broker refuses the queue of '{settings.Server}': {text.TrimEnd('.')}. Check the server's rights (f2bbroker enroll).",
        };
}
