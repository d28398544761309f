using System.Runtime.CompilerServices;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Parsing;
using F2bBroker.Producer.Sources;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Producer.Tailing;

/// <summary>Reads bans from the log file that fail2ban, a syslog daemon for it, or another group's consumer writes.</summary>
/// <param name="warn">Receives warnings about lines that could not be read.</param>
internal sealed class LogFileBanSource(Settings settings, HealthProblems problems, TimeProvider time, Action<string> warn) : IBanSource
{
    private readonly LogFormat format = settings.Producer.Format;
    private readonly LogTail tail = new(settings.Producer.LogPath, problems, time, warn);
    private readonly TimeZoneCheck zone = new(problems, time, warn);

    public Position Position => tail.Position;

    public string Description => $"{settings.Producer.LogPath} from byte {tail.Position.Offset}";

    public bool TryStartAt(Position position)
    {
        if (position is not LogPosition here)
        {
            return false;
        }

        tail.StartAt(here);
        return true;
    }

    public void StartAtBeginning() => tail.StartAtBeginning();

    public Task StartAtEndAsync(CancellationToken stopping)
    {
        tail.StartAtEnd();
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<SourceSegment> ReadAsync([EnumeratorCancellation] CancellationToken stopping)
    {
        await foreach (LogBlock block in tail.ReadAsync(stopping))
        {
            foreach ((string line, LogPosition end) in block.Candidates())
            {
                SourceSegment segment = Parse(line, end);
                // A consumer's log has no local time, and old bans in it, which it has caught up with.
                if (block.IsNewlyWritten && format != LogFormat.F2bBroker && segment.Ban is { } ban)
                {
                    zone.Check(ban);
                }

                yield return segment;
            }

            yield return new SourceSegment(block.End);
        }
    }

    public void Dispose() => tail.Dispose();

    /// <summary>Returns what a line about a ban, or about the enforcement of a shared ban, says.</summary>
    /// <param name="end">The position after the line.</param>
    public SourceSegment Parse(string line, LogPosition end) =>
        format == LogFormat.F2bBroker ? ParseForwarded(line, end) : ParseOwn(line, end);

    private SourceSegment ParseForwarded(string line, LogPosition end)
    {
        Ban? ban = ForwardedBan.Parse(line, settings, out SkipReason? reason);
        return new SourceSegment(end, ban, ban is null ? reason ?? UnsharedLine.FindReason(line, format) : null);
    }

    private SourceSegment ParseOwn(string line, LogPosition end)
    {
        Ban? ban = ParseBan(line);
        EnforcementLine? enforcement = ParseEnforcement(line);
        bool isAboutBan = enforcement is not { Result: EnforcementResult.Ignored or EnforcementResult.Failed };
        return new SourceSegment(end, ban, ban is null && isAboutBan ? FindReason(line) : null, enforcement);
    }

    // What stands before or after a NUL was not written together with the rest of the line.
    private Ban? ParseBan(string line) =>
        line.Contains('\0') ? null
        : format == LogFormat.Syslog ? SyslogLine.Parse(line, settings.Server, time)
        : Fail2BanLogLine.Parse(line)?.ToBan(settings.Server, time.LocalTimeZone);

    private EnforcementLine? ParseEnforcement(string line) =>
        line.Contains('\0') ? null
        : format == LogFormat.Syslog ? EnforcementLine.ParseSyslog(line, time)
        : EnforcementLine.ParseLog(line, time.LocalTimeZone);

    private SkipReason FindReason(string line)
    {
        SkipReason reason = UnsharedLine.FindReason(line, format);
        bool isLikeBan = reason == SkipReason.UnknownForm || reason == SkipReason.NotAnAddress || reason == SkipReason.Damaged;
        return isLikeBan && line.Contains('\0') ? SkipReason.NulBytes : reason;
    }
}
