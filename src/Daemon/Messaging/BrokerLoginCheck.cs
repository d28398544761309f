using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Daemon.Messaging;

/// <summary>
/// Runs before each connection: retries with back-off until the broker accepts this server's login, and logs each change once. A refusal of
/// the first login stops the daemon after 5 seconds. A later refusal is logged, and stops the daemon after 5 minutes.
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

    private readonly SemaphoreSlim gate = new(1);
    private readonly LoginState state = new(time);
    private BrokerLogin? accepted;
    private long acceptedAt = long.MinValue;
    private long unavailableUntil = long.MinValue;

    /// <summary>True if the broker is unavailable or refuses the login. Only this class logs that.</summary>
    public bool IsUnavailable => state.Failure is not null;

    /// <summary>Returns true if the broker was unavailable or refused the login at some time after that timestamp.</summary>
    public bool WasUnavailableSince(long timestamp) => IsUnavailable || Volatile.Read(ref unavailableUntil) >= timestamp;

    /// <summary>Returns the login that the broker accepts.</summary>
    public async Task<BrokerLogin> WaitUntilAcceptedAsync(CancellationToken stopping)
    {
        long came = time.GetTimestamp();
        await gate.WaitAsync(stopping);
        try
        {
            // One answer is enough for all that waited: after a lost connection, a thousand publishes arrive here at once.
            if (accepted is null || acceptedAt < came)
            {
                accepted = await WaitForLoginAsync(stopping);
            }

            return accepted;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<BrokerLogin> WaitForLoginAsync(CancellationToken stopping)
    {
        Backoff backoff = new(InitialDelay, MaxDelay, time);
        while (true)
        {
            (BrokerLogin? login, LoginFailure? failure) = await LoginAttempt.RunAsync(settings.Broker, settings.Server, stopping);
            if (login is not null)
            {
                LogAccepted();
                return login;
            }

            bool isNew = state.Record(failure!);
            string message = state.Failure!.Message;
            if (state.MustStop)
            {
                exit.Fail(state.WasAccepted ? ExitCode.Failure : ExitCode.Configuration, message);
                stopping.ThrowIfCancellationRequested();
            }
            else if (isNew && !state.IsFirstRefusal)
            {
                readiness.MarkStarted();
                log.LogWarning("{Message:l} Retrying. No ban is lost.", message);
            }

            await backoff.WaitAsync(stopping);
        }
    }

    private void LogAccepted()
    {
        if (!state.WasAccepted || IsUnavailable)
        {
            log.LogInformation("The broker at {Broker:l} accepts the login of {Server:l}.", settings.Broker.Names, settings.Server);
        }

        acceptedAt = time.GetTimestamp();
        if (IsUnavailable)
        {
            Volatile.Write(ref unavailableUntil, acceptedAt);
        }

        state.RecordAccepted();
    }
}
