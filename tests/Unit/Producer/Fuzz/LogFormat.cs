namespace F2bBroker.UnitTests.Producer.Fuzz;

/// <summary>What stands before the message in some versions' logs, in C#'s words for their own format.</summary>
/// <param name="Actions">The logger that tells of bans.</param>
/// <param name="Notice">The level at which it does.</param>
/// <param name="HasPid">Whether the process id is printed.</param>
/// <param name="Head">Of logger, process id and level.</param>
internal sealed record LogFormat(string Actions, string Notice, bool HasPid, Func<string, string, string, string> Head)
{
    /// <summary>Those of files and those of syslog: what is one in the other's place is no danger.</summary>
    public static readonly LogFormat[] All =
    [
        new("fail2ban.actions", "WARNING", false, (name, _, level) => $"{name,-16}: {level,-6} "), // 0.8.0
        new("fail2ban.actions", "WARNING", true, (name, pid, level) => $"{name,-16}[{pid}]: {level,-7} "), // 0.8.12
        new("fail2ban.server.actions", "NOTICE", true, (name, pid, level) => $"{name,-16}[{pid}]: {level,-7} "), // 0.9.0
        new("fail2ban.server.actions", "NOTICE", true, (name, pid, level) => $"{name}[{pid}]: {level} "), // 0.9.0 to syslog
        new("fail2ban.actions", "NOTICE", true, (name, pid, level) => $"{name,-24}[{pid}]: {level,-7} "), // 0.9.1
        new("fail2ban.actions", "NOTICE", true, (name, pid, level) => $"{name}[{pid}]: {level} "), // Without padding, as to syslog
        new("fail2ban.actions", "NOTICE", true, (name, pid, level) => $"{name} [{pid}]: {level} "), // The same of 0.11.1
    ];

    public string Ban(string pid, string jail, string id) => $"{Head(Actions, pid, Notice)}[{jail}] Ban {id}";
}
