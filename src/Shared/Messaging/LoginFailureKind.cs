namespace F2bBroker.Shared.Messaging;

/// <summary>Why the broker did not accept a login, as far as it decides what a daemon does.</summary>
internal enum LoginFailureKind
{
    /// <summary>The broker cannot be reached or does not answer. Waiting helps.</summary>
    Unavailable,

    /// <summary>A limit of the broker is reached. Waiting helps if connections end.</summary>
    LimitReached,

    /// <summary>This server's own password or TLS files cannot be used, perhaps because they are just being renewed.</summary>
    UnusableFiles,

    /// <summary>The broker refuses the login, or cannot be trusted.</summary>
    Refused,
}
