namespace F2bBroker.Shared.Configuration;

/// <summary>The program that writes the log that the producer follows: <c>[producer] format</c>.</summary>
internal enum LogFormat
{
    /// <summary>fail2ban itself.</summary>
    Fail2Ban,

    /// <summary>A syslog daemon, for fail2ban.</summary>
    Syslog,

    /// <summary>The consumer of another group. The producer forwards that group's bans.</summary>
    F2bBroker,
}
