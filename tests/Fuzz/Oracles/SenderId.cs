namespace F2bBroker.Fuzz.Oracles;

/// <summary>What a format of a log prints to identify the sender.</summary>
internal enum SenderId
{
    None,

    /// <summary>The process id in decimal.</summary>
    Pid,

    /// <summary>The thread in hexadecimal.</summary>
    Thread,
}
