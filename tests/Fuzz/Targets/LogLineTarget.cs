using System.Text;
using F2bBroker.Fuzz.Oracles;
using F2bBroker.Producer.Sources;
using static F2bBroker.Fuzz.BrokenRuleException;
using LogFormat = F2bBroker.Shared.Configuration.LogFormat;

namespace F2bBroker.Fuzz.Targets;

/// <summary>A line of fail2ban's log, or of a syslog file.</summary>
internal sealed class LogLineTarget(LogFormat format)
{
    public static readonly LogLineTarget File = new(LogFormat.Fail2Ban);

    public static readonly LogLineTarget Syslog = new(LogFormat.Syslog);

    private readonly LineParser parser = new(format);
    private readonly Oracle oracle = new(format == LogFormat.Syslog, FixedTime.Now, FixedTime.Offset);

    public void Run(byte[] input)
    {
        ReadOnlySpan<byte> line = InputText.FirstLine(input, "\n"u8);
        SourceSegment segment = parser.Parse(line);
        TrueBan? expected = oracle.FindBan(Encoding.UTF8.GetString(line));
        ThrowUnless(expected == (segment.Ban is null ? null : TrueBan.From(segment.Ban)), "A ban is what a version of fail2ban prints.");
        bool isAboutBan = expected is not null || segment.Enforcement is not null;
        ThrowUnless(!isAboutBan || LineParser.IsCandidate(line), "A line about a ban is parsed.");
        if (segment.Ban is { } ban)
        {
            ThrowUnless(segment.Skipped is null, "A line that is shared is not counted as skipped.");
            BanRules.Check(ban);
        }
    }
}
