using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Daemon.Messaging;

/// <summary>
/// Runs before each connection: retries with back-off until the broker accepts this server's login, and logs each change once. A refusal of
/// the first login stops the daemon at once. A later refusal is retried, and stops the daemon after 5 minutes.
/// </summary>
/// <remarks>MassTransit never retries after a refused login, so it must not attempt one.</remarks>
internal sealed class BrokerLoginCheck(
    Settings settings,
    DaemonExit exit,
    Readiness readiness,
    TimeProvider time,
    ILogger<BrokerLoginCheck> log)
{
    private static readonly TimeSpan InitialDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RefusalTimeout = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim gate = new(1);
    private bool wasAccepted;
    private LoginFailure? lastLogged;
    private long acceptedAt = long.MinValue;
    private long unavailableUntil = long.MinValue;

    /// <summary>True if the broker is unavailable or refuses the login. Only this class logs that.</summary>
    public bool IsUnavailable => lastLogged is not null;

    /// <summary>Returns true if the broker was unavailable or refused the login at some time after that timestamp.</summary>
    public bool WasUnavailableSince(long timestamp) => IsUnavailable || Volatile.Read(ref unavailableUntil) >= timestamp;

    public async Task WaitUntilAcceptedAsync(CancellationToken stopping)
    {
        long came = time.GetTimestamp();
        await gate.WaitAsync(stopping);
        try
        {
            // One answer is enough for all that waited: after a lost connection, a thousand publishes arrive here at once.
            if (acceptedAt < came)
            {
                await WaitForLoginAsync(stopping);
            }
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task WaitForLoginAsync(CancellationToken stopping)
    {
        Backoff backoff = new(InitialDelay, MaxDelay, time);
        long? refusedSince = null;
        while (await BrokerConnection.CheckLoginAsync(settings.Broker, settings.Server, stopping) is { } error)
        {
            refusedSince = error.IsRefused ? refusedSince ?? time.GetTimestamp() : null;
            LogFailure(error);
            if (error.IsRefused && (!wasAccepted || time.GetElapsedTime(refusedSince!.Value) > RefusalTimeout))
            {
                exit.Fail(wasAccepted ? ExitCode.Failure : ExitCode.Configuration, error.Message);
                stopping.ThrowIfCancellationRequested();
            }

            await backoff.WaitAsync(stopping);
        }

        LogAccepted();
    }

    private void LogFailure(LoginFailure error)
    {
        bool isEnd = error.IsRefused && !wasAccepted;
        if (lastLogged?.IsRefused != error.IsRefused && !isEnd)
        {
            readiness.MarkStarted();
            log.LogWarning("{Message:l} Retrying. No ban is lost.", error.Message.TrimEnd('.') + ".");
        }

        lastLogged = error;
    }

    private void LogAccepted()
    {
        if (!wasAccepted || lastLogged is not null)
        {
            log.LogInformation("The broker at {Broker:l} accepts the login of {Server:l}.", settings.Broker.Names, settings.Server);
        }

        acceptedAt = time.GetTimestamp();
        if (lastLogged is not null)
        {
            Volatile.Write(ref unavailableUntil, acceptedAt);
        }

        wasAccepted = true;
        lastLogged = null;
    }
}
