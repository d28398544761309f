namespace F2bBroker.Fuzz.Oracles;

/// <summary>The text before the message in the logs of some versions, as a C# format of fail2ban's own format.</summary>
/// <param name="Actions">The logger that logs bans.</param>
/// <param name="Notice">The level of its ban messages.</param>
/// <param name="Id">What is printed to identify the sender.</param>
/// <param name="Head">Formats logger, id and level.</param>
internal sealed record LogFormat(string Actions, string Notice, SenderId Id, Func<string, string, string, string> Head)
{
    /// <summary>The formats of files and of syslog. It is harmless if one appears in place of the other.</summary>
    private static readonly LogFormat[] Common =
    [
        new("fail2ban.actions", "WARNING", SenderId.None, (name, _, level) => $"{name,-16}: {level,-6} "), // 0.8.0
        new("fail2ban.actions", "WARNING", SenderId.Pid, (name, pid, level) => $"{name,-16}[{pid}]: {level,-7} "), // 0.8.12
        new("fail2ban.server.actions", "NOTICE", SenderId.Pid, (name, pid, level) => $"{name,-16}[{pid}]: {level,-7} "), // 0.9.0
        new("fail2ban.server.actions", "NOTICE", SenderId.Pid, (name, pid, level) => $"{name}[{pid}]: {level} "), // 0.9.0 to syslog
        new("fail2ban.actions", "NOTICE", SenderId.Pid, (name, pid, level) => $"{name,-24}[{pid}]: {level,-7} "), // 0.9.1
        new("fail2ban.actions", "NOTICE", SenderId.Pid, (name, pid, level) => $"{name}[{pid}]: {level} "), // Without padding, as to syslog
        new("fail2ban.actions", "NOTICE", SenderId.Pid, (name, pid, level) => $"{name} [{pid}]: {level} "), // The same of 0.11.1
    ];

    /// <summary>Formats of a file alone: with -vv, and the same without padding. A blank stands before the time.</summary>
    private static readonly LogFormat[] Verbose =
    [
        new("", "NOTICE", SenderId.Thread, (_, thread, level) => $"{thread} {(level.Length > 5 ? level[..5] : level),-5} "),
        new("", "NOTICE", SenderId.Thread, (_, thread, level) => $"{thread} {level} "),
    ];

    private static readonly string[] Facilities =
    [
        "auth", "authpriv", "cron", "daemon", "ftp", "kern", "lpr", "mail", "news", "syslog", "user", "uucp",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    /// <summary>Formats of BusyBox's syslogd alone: it prints facility and level before the others.</summary>
    private static readonly LogFormat[] BusyBox =
    [
        .. from format in Common
           where format.Notice == "NOTICE"
           from facility in Facilities
           select format with { Head = (name, pid, level) => $"{facility}.notice {format.Head(name, pid, level)}" },
    ];

    /// <summary>True if a blank stands before the time.</summary>
    public bool IsVerbose => Id == SenderId.Thread;

    /// <summary>True if no sender of rsyslog stands before it.</summary>
    public bool IsBusyBox => BusyBox.Contains(this);

    public static LogFormat[] All(bool isSyslog) => [.. Common, .. isSyslog ? BusyBox : Verbose];

    public string Ban(string id, string jail, string banned) => $"{Head(Actions, id, Notice)}[{jail}] Ban {banned}";
}
