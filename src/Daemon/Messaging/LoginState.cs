using F2bBroker.Shared.Messaging;

namespace F2bBroker.Daemon.Messaging;

/// <summary>
/// Decides which failures of the login are logged, and when the daemon gives up. A connection that is closed without a reason changes
/// neither, because a broker that refuses a certificate often closes it so.
/// </summary>
internal sealed class LoginState(TimeProvider time)
{
    public static readonly TimeSpan RefusalTimeout = TimeSpan.FromMinutes(5);

    /// <summary>How long a first login is tried again. A broker that is just shutting down refuses known users for a moment.</summary>
    public static readonly TimeSpan FirstRefusalTimeout = TimeSpan.FromSeconds(5);

    private long? refusedSince;

    /// <summary>The present failure; null if the last login was accepted.</summary>
    public LoginFailure? Failure { get; private set; }

    /// <summary>True if a login has been accepted since the daemon's start.</summary>
    public bool WasAccepted { get; private set; }

    /// <summary>
    /// True if the broker has refused the first login for 5 seconds, or a later one for 5 minutes. Files that are just being renewed get
    /// these 5 minutes from the first login on.
    /// </summary>
    public bool MustStop =>
        Failure is { IsRefused: true }
        && time.GetElapsedTime(refusedSince!.Value) > (IsFirstRefusal ? FirstRefusalTimeout : RefusalTimeout);

    /// <summary>True if the broker refuses the first login. Only a repeated refusal counts.</summary>
    public bool IsFirstRefusal => Failure?.Kind == LoginFailureKind.Refused && !WasAccepted;

    /// <summary>Returns true if the failure is of another kind than the previous one, so that it must be logged.</summary>
    public bool Record(LoginFailure failure)
    {
        if (Failure is not null && failure.IsInconclusive)
        {
            return false;
        }

        bool isNew = Failure?.Kind != failure.Kind;
        refusedSince = failure.IsRefused ? refusedSince ?? time.GetTimestamp() : null;
        Failure = failure;
        return isNew;
    }

    public void RecordAccepted()
    {
        WasAccepted = true;
        (Failure, refusedSince) = (null, null);
    }
}
