namespace F2bBroker.Producer.Parsing;

/// <summary>Why a line about a ban is not shared.</summary>
/// <param name="Text">The reason, a label of the metric: <c>of an ignored jail</c>.</param>
/// <param name="Remedy">What makes fail2ban log bans in a form that can be shared; null if nothing is wrong.</param>
internal sealed record SkipReason(string Text, string? Remedy = null)
{
    public static readonly SkipReason IgnoredJail = new("of an ignored jail");
    public static readonly SkipReason IgnoredServer = new("of an ignored server");

    /// <summary>A consumer that was killed while it wrote. It writes the ban again.</summary>
    public static readonly SkipReason Incomplete = new("in an incomplete line of a consumer's log");

    public static readonly SkipReason RestoreBan = new("Restore Ban");
    public static readonly SkipReason RepealBan = new("Repeal Ban");
    public static readonly SkipReason Reban = new("Reban");
    public static readonly SkipReason IncreaseBan = new("Increase Ban");
    public static readonly SkipReason AlreadyBanned = new("already banned");
    public static readonly SkipReason NotAnAddress = new("not of an address or network");

    /// <summary>A jail named <c>a] b</c>, or a user named <c>a] Ban 192.0.2.1</c>: nothing tells them apart.</summary>
    public static readonly SkipReason AmbiguousName = new("with ']' and a blank in the name of a jail or user");

    /// <summary>Another message of fail2ban, or of another program, that contains one of the words.</summary>
    public static readonly SkipReason OtherMessage = new("another message");

    public static readonly SkipReason JailNameTooLong = new(
        "of a jail with a long name",
        $"Give the jail a name of at most {BanLogPattern.MaxJailLength} characters.");

    public static readonly SkipReason NoDate = new(
        "without a date",
        "Remove datetime=off from fail2ban's logtarget, and restart fail2ban.");

    public static readonly SkipReason TooVerbose = new(
        "in the form of fail2ban's -vvv, without a date",
        "Restart fail2ban without -vvv.");

    public static readonly SkipReason VerboseToSyslog = new(
        "in the form of fail2ban's -vv, without a logger",
        "Restart fail2ban without -vv.");

    public static readonly SkipReason WrittenBySyslog = new(
        "in the form of a syslog daemon",
        "If a syslog daemon writes this log, set [producer] format = syslog.");

    public static readonly SkipReason NotWrittenBySyslog = new(
        "in the form of fail2ban's own log",
        "If fail2ban itself writes this log, set [producer] format = fail2ban.");

    public static readonly SkipReason WrittenByConsumer = new(
        "in the form of a consumer's log",
        "If a consumer writes this log, set [producer] format = f2bbroker.");

    public static readonly SkipReason NotWrittenByConsumer = new(
        "in the form of fail2ban's log",
        "With [producer] format = f2bbroker, logpath is the log of another group's consumer.");

    public static readonly SkipReason UnknownForm = new(
        "in an unknown form",
        "Remove the options in brackets from fail2ban's logtarget, and restart fail2ban. f2bbroker-producer(8) lists the forms that are "
            + "read.");

    public static readonly SkipReason NotStructured = new(
        "in the journal, but not as an entry of fail2ban's actions logger",
        "Set logtarget = SYSTEMD-JOURNAL in fail2ban.local, and restart fail2ban without -vv.");

    /// <summary>A line of journalctl that is not an entry, or is longer than 256 KiB.</summary>
    public static readonly SkipReason UnreadableEntry = new("in an unreadable entry of the journal");

    public static readonly SkipReason NulBytes = new(
        "in a line with NUL bytes",
        "A crash leaves such bytes in a log. If nothing crashed, find out what else writes to fail2ban's log.");

    public static readonly SkipReason Damaged = new(
        "with control characters after the address",
        "Something changed fail2ban's log. Only fail2ban and its log rotation may write to it.");
}
