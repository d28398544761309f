using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.Producer.Parsing;

/// <summary>Patterns of fail2ban's message for a ban. They are the same in its log, in syslog and in the journal.</summary>
/// <remarks>
/// Other messages of fail2ban contain foreign text (log lines, user names). The patterns therefore match both ends, the exact logger, the
/// exact level and single blanks.
/// </remarks>
internal static class BanLogPattern
{
    /// <summary>The message, to its end: <c>[sshd] Ban 192.0.2.1</c>.</summary>
    public const string Pattern = @"\[(?<jail>[^\[\]]{1,200})\] Ban (?<ip>[0-9A-Fa-f:./]{1,49})\z";

    private const string Pid = @"\[[1-9][0-9]{0,9}\]";

    // 0.8:   fail2ban.actions: WARNING [ssh] Ban 192.0.2.1
    // 0.8.12 fail2ban.actions[123]: WARNING [ssh] Ban 192.0.2.1
    // 0.9.0: fail2ban.server.actions[123]: NOTICE  [ssh] Ban 192.0.2.1; to syslog with one blank
    // 0.9.1: fail2ban.actions        [1674]: NOTICE  [sshd] Ban 198.51.100.1
    // The same without padding, as to syslog: fail2ban.actions[6605]: NOTICE [sshd] Ban 198.51.100.1
    // The same of 0.11.1: fail2ban.actions [6605]: NOTICE [sshd] Ban 198.51.100.1

    /// <summary>Logger, level and the message: <c>fail2ban.actions[6605]: NOTICE [sshd] Ban 192.0.2.1</c>.</summary>
    public const string PatternWithLogger =
        $@"(?:fail2ban\.actions(?:{Pid})?: WARNING "
        + $@"|fail2ban\.server\.actions{Pid}: NOTICE  ?"
        + $@"|fail2ban\.actions {{8}}{Pid}: NOTICE  "
        + $@"|fail2ban\.actions ?{Pid}: NOTICE )"
        + Pattern;

    /// <summary>Returns the jail and the banned address or network of a match; null if it is neither.</summary>
    public static (string Jail, Subnet Ip)? Parse(Match match) =>
        match.Success && Subnet.Parse(match.Groups["ip"].Value) is { } ip ? (match.Groups["jail"].Value, ip) : null;
}
