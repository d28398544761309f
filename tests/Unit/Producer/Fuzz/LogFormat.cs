namespace F2bBroker.UnitTests.Producer.Fuzz;

/// <summary>The text before the message in the logs of some versions, as a C# format of fail2ban's own format.</summary>
/// <param name="Actions">The logger that logs bans.</param>
/// <param name="Notice">The level of its ban messages.</param>
/// <param name="HasPid">True if the process id is printed.</param>
/// <param name="Head">Formats logger, process id and level.</param>
internal sealed record LogFormat(string Actions, string Notice, bool HasPid, Func<string, string, string, string> Head)
{
    /// <summary>The formats of files and of syslog. It is harmless if one appears in place of the other.</summary>
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
