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
    /// <summary>The maximum length of a jail's name, in characters.</summary>
    public const int MaxJailLength = 200;

    // In each message, a blank follows the bracket that ends the jail's name. So a bracket before anything else belongs to the name: x[y].

    /// <summary>The message, to its end: <c>[sshd] Ban 192.0.2.1</c>.</summary>
    public const string Pattern = @"\[(?<jail>(?:[^\]]|\](?! )){1,200})\] Ban (?<ip>[0-9A-Fa-f:./]{1,49})\z";

    private const string Pid = @"\[[1-9][0-9]{0,9}\]";

    // 0.8:   fail2ban.actions: WARNING [ssh] Ban 192.0.2.1
    // 0.8.12 fail2ban.actions[123]: WARNING [ssh] Ban 192.0.2.1
    private const string WarningHead = $@"fail2ban\.actions(?:{Pid})?: WARNING ";

    // 0.9.0: fail2ban.server.actions[123]: NOTICE  [ssh] Ban 192.0.2.1; to syslog with one blank
    // 0.9.1: fail2ban.actions        [1674]: NOTICE  [sshd] Ban 198.51.100.1
    // The same without padding, as to syslog: fail2ban.actions[6605]: NOTICE [sshd] Ban 198.51.100.1
    // The same of 0.11.1: fail2ban.actions [6605]: NOTICE [sshd] Ban 198.51.100.1

    /// <summary>Logger and level, from 0.9 on: <c>fail2ban.actions[6605]: NOTICE </c>.</summary>
    public const string NoticeHead =
        $@"(?:fail2ban\.server\.actions{Pid}: NOTICE  ?|fail2ban\.actions {{8}}{Pid}: NOTICE  |fail2ban\.actions ?{Pid}: NOTICE )";

    /// <summary>Logger and level of any version.</summary>
    public const string Head = $"(?:{WarningHead}|{NoticeHead})";

    /// <summary>
    /// Thread and level, of a fail2ban that was started with <c>-vv</c>: <c>7F2D461EA040 NOTIC </c>. The level is cut to five letters;
    /// without padding it is whole.
    /// </summary>
    public const string VerboseHead = "[0-9A-F]{1,16} NOTICE? ";

    /// <summary>Returns the jail and the banned address or network of a match; null if it is neither.</summary>
    public static (string Jail, Subnet Ip)? Parse(Match match) =>
        match.Success && Subnet.Parse(match.Groups["ip"].Value) is { } ip ? (match.Groups["jail"].Value, ip) : null;
}
