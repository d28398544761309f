using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Configuration;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Daemon.Systemd;
using MassTransit;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Consumer;

/// <summary>
/// Tells when the queue is consumed and when not. What the broker refuses from the first start on ends the daemon within seconds,
/// what it refuses later only after minutes: MassTransit itself would try in silence for ever.
/// </summary>
internal sealed class EndpointWatch(Settings settings, BrokerLogin login, Readiness readiness, Ending ending, TimeProvider time, ILogger<EndpointWatch> log)
    : IReceiveEndpointObserver
{
    private const int AccessRefused = 403;
    private const int PreconditionFailed = 406;

    private static readonly TimeSpan BorneAtStart = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BorneLater = TimeSpan.FromMinutes(5);

    private readonly Lock changing = new();
    private bool wasReady;
    private long? failingSince;
    private bool isTold;

    public Task Ready(ReceiveEndpointReady ready)
    {
        lock (changing)
        {
            log.LogInformation("Receiving from {Queue:l}.", Topology.QueueOf(settings.Server));
            (wasReady, failingSince, isTold) = (true, null, false);
            readiness.FollowsOrWaits();
        }

        return Task.CompletedTask;
    }

    public Task Faulted(ReceiveEndpointFaulted faulted)
    {
        lock (changing)
        {
            if (login.IsWaiting || RefusalIn(faulted.Exception) is not { } refusal)
            {
                return Task.CompletedTask;
            }

            failingSince ??= time.GetTimestamp();
            if (time.GetElapsedTime(failingSince.Value) > (wasReady ? BorneLater : BorneAtStart))
            {
                ending.Because(wasReady ? ExitCode.Failure : ExitCode.Configuration, refusal);
            }
            else if (!isTold)
            {
                log.LogWarning("{Refusal:l} Trying again.", refusal);
                isTold = true;
            }
        }

        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    private string Taken => $"Another consumer is connected as '{settings.Server}' and holds its queue. Stop it, or give this server a name of its own ([server] name).";

    private string? RefusalIn(Exception? failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is QueueTakenException)
            {
                return Taken;
            }

            if (cause is OperationInterruptedException { ShutdownReason: { } answer })
            {
                return SentenceOf(answer);
            }
        }

        return null;
    }

    private string SentenceOf(ShutdownEventArgs answer) => (answer.ReplyCode, answer.ReplyText) switch
    {
        (AccessRefused, var text) when text.Contains("exclusive", StringComparison.Ordinal) => Taken,
        (PreconditionFailed, var text) when TypeMismatch.Sentence(settings, text) is { } sentence => sentence,
        (_, var text) => $"The broker refuses the queue of '{settings.Server}': {text.TrimEnd('.')}. Check the server's rights (f2bbroker enroll).",
    };
}
