using F2bBroker.Contracts;
using F2bBroker.Daemon.Configuration;
using F2bBroker.Daemon.Systemd;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Daemon.Messaging;

/// <summary>
/// The gate before every connection: waits until the broker accepts this server's login, with back-off, and tells each change once.
/// A refusal at the first login ends the daemon at once; a later one is retried, and ends it only after minutes.
/// </summary>
/// <remarks>MassTransit gives up for good on a refused login, so it must not meet one.</remarks>
internal sealed class BrokerLogin(Settings settings, Ending ending, Readiness readiness, TimeProvider time, ILogger<BrokerLogin> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RefusalsBorne = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim one = new(1);
    private bool wasAccepted;
    private LoginFault? told;
    private long acceptedAt = long.MinValue;
    private long awayUntil = long.MinValue;

    /// <summary>Whether the broker is away or refuses, which is told here and nowhere else.</summary>
    public bool IsWaiting => told is not null;

    /// <summary>Whether the broker was away or refused at some time after that timestamp.</summary>
    public bool WasWaitingSince(long timestamp) => IsWaiting || Volatile.Read(ref awayUntil) >= timestamp;

    public async Task WaitAsync(CancellationToken stopping)
    {
        long came = time.GetTimestamp();
        await one.WaitAsync(stopping);
        try
        {
            // One answer serves all that waited for it: a lost connection sends a thousand publishes here at once.
            if (acceptedAt < came)
            {
                await WaitForLoginAsync(stopping);
            }
        }
        finally
        {
            one.Release();
        }
    }

    private async Task WaitForLoginAsync(CancellationToken stopping)
    {
        Backoff backoff = new(FirstPause, LongestPause, time);
        long? refusedSince = null;
        while (await BrokerConnection.TryAsync(settings.Broker, settings.Server, stopping) is { } fault)
        {
            refusedSince = fault.IsRefusal ? refusedSince ?? time.GetTimestamp() : null;
            Tell(fault);
            if (fault.IsRefusal && (!wasAccepted || time.GetElapsedTime(refusedSince!.Value) > RefusalsBorne))
            {
                ending.Because(wasAccepted ? ExitCode.Failure : ExitCode.Configuration, fault.Sentence);
                stopping.ThrowIfCancellationRequested();
            }

            await backoff.WaitAsync(stopping);
        }

        TellAccepted();
    }

    private void Tell(LoginFault fault)
    {
        bool isEnd = fault.IsRefusal && !wasAccepted;
        if (told?.IsRefusal != fault.IsRefusal && !isEnd)
        {
            readiness.FollowsOrWaits();
            log.LogWarning("{Sentence:l} Waiting for it; no ban is lost meanwhile.", fault.Sentence.TrimEnd('.') + ".");
        }

        told = fault;
    }

    private void TellAccepted()
    {
        if (!wasAccepted || told is not null)
        {
            log.LogInformation("The broker at {Broker:l} accepts the login of {Server:l}.", settings.Broker.Names, settings.Server);
        }

        acceptedAt = time.GetTimestamp();
        if (told is not null)
        {
            Volatile.Write(ref awayUntil, acceptedAt);
        }

        wasAccepted = true;
        told = null;
    }
}
