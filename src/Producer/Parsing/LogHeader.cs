using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.Producer.Parsing;

/// <summary>
/// The beginning of a line of a log, in any form that a version of fail2ban or a consumer can write, and the message after it.
/// </summary>
/// <remarks>It is less strict than the patterns of a ban: it only explains what is not shared.</remarks>
/// <param name="Logger">The logger; null if the form does not name it.</param>
/// <param name="Level">The level, which some forms cut to five letters; empty if there is none.</param>
/// <param name="Message">The message; the whole line if the form is unknown or a consumer's.</param>
internal sealed partial record LogHeader(LogForm Form, string? Logger, string Level, string Message)
{
    private const string Date = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2},[0-9]{3} ";
    private const string Plain = @"(?<logger>fail2ban[a-z0-9_.]*) *(?:\[[0-9]+\])? *: (?<level>[A-Z]+) +";
    private const string Verbose = "[0-9A-F]{1,16} (?<level>[A-Z]{1,10}) +";
    private const string VeryVerbose =
        @"\+ *[0-9]+ [0-9A-F]{1,16} (?<logger>fail2ban[a-z0-9_.]*) +(?<level>[A-Z]{1,10}) +(?:\| [^|]{1,60} \| +)?";

    // Host, BusyBox's facility and level, rsyslog's tag: each may be missing.
    private const string Syslog =
        @"(?:[A-Z][a-z]{2} [ 0-9][0-9]|[0-9]{4}-[0-9]{2}-[0-9]{2}T)[ 0-9:.+Z-]{8,22} (?:[^ ]{1,255} ){0,3}?(?:[^ ]{1,255}: )?";

    [GeneratedRegex(
        $"^(?:(?<dated>{Date}{Plain})|(?<datedVerbose> {Date}{Verbose})|(?<undated>{Plain})|(?<undatedVerbose> (?:{Verbose}|{VeryVerbose}))"
        + $"|(?<syslog>{Syslog}{Plain})|(?<syslogVerbose>{Syslog} ?(?:{Verbose}|{VeryVerbose})))(?<message>.*)",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Pattern { get; }

    public static LogHeader Parse(string line)
    {
        Match match = Pattern.Match(line);
        LogForm form =
            match.Groups["dated"].Success ? LogForm.Dated
            : match.Groups["datedVerbose"].Success ? LogForm.DatedVerbose
            : match.Groups["undated"].Success ? LogForm.Undated
            : match.Groups["undatedVerbose"].Success ? LogForm.UndatedVerbose
            : match.Groups["syslog"].Success ? LogForm.Syslog
            : match.Groups["syslogVerbose"].Success ? LogForm.SyslogVerbose
            : MonitoredLogLine.Parse(line) is not null ? LogForm.Consumer
            : LogForm.Unknown;
        return form is LogForm.Unknown or LogForm.Consumer
            ? new LogHeader(form, null, "", line)
            : new LogHeader(
                form,
                match.Groups["logger"] is { Success: true } logger ? logger.Value : null,
                match.Groups["level"].Value,
                match.Groups["message"].Value);
    }
}
