namespace F2bBroker.Producer.Parsing;

/// <summary>The forms in which a line of fail2ban's log can begin.</summary>
internal enum LogForm
{
    /// <summary>None of the others.</summary>
    Unknown,

    /// <summary><c>2026-11-23 02:53:42,545 fail2ban.actions        [1674]: NOTICE  </c></summary>
    Dated,

    /// <summary>With <c>-vv</c>: <c> 2026-11-26 23:31:30,856 7F2D461EA040 NOTIC </c></summary>
    DatedVerbose,

    /// <summary>With <c>datetime=off</c>: <c>fail2ban.actions        [1674]: NOTICE  </c></summary>
    Undated,

    /// <summary>
    /// With <c>-vv</c> and <c>datetime=off</c>: <c> 7F2D461EA040 NOTIC </c>, or with <c>-vvv</c>: <c> + 1743 7F2D461EA040 fail2ban.actions
    /// NOTIC </c>, or with <c>-vvvv</c>: the same and <c> | actions-25: __checkBan | </c>.
    /// </summary>
    UndatedVerbose,

    /// <summary>By a syslog daemon: <c>Jan 16 17:11:25 host fail2ban.actions[6605]: NOTICE </c></summary>
    Syslog,

    /// <summary>By a syslog daemon, with <c>-vv</c>: <c>Jan 16 17:11:25 host 7F2D461EA040 NOTICE </c></summary>
    SyslogVerbose,

    /// <summary>By a consumer: <c>2026-11-23T02:44:24.312Z Ban 203.0.113.7 jail=sshd server=web1 detected=…</c></summary>
    Consumer,
}
