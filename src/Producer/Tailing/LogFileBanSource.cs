using System.Runtime.CompilerServices;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Parsing;
using F2bBroker.Producer.Sources;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Producer.Tailing;

/// <summary>Reads bans from the log file that fail2ban, or a syslog daemon for it, writes.</summary>
/// <param name="warn">Receives warnings about lines that could not be read.</param>
internal sealed class LogFileBanSource(Settings settings, HealthProblems problems, TimeProvider time, Action<string> warn) : IBanSource
{
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
                Ban? ban = ParseBan(line);
                if (block.IsNewlyWritten && ban is not null)
                {
                    zone.Check(ban);
                }

                EnforcementLine? enforcement = ParseEnforcement(line);
                bool isAboutBan = enforcement is not { Result: EnforcementResult.Ignored or EnforcementResult.Failed };
                yield return new SourceSegment(end, ban, ban is null && isAboutBan ? FindReason(line) : null, enforcement);
            }

            yield return new SourceSegment(block.End);
        }
    }

    public void Dispose() => tail.Dispose();

    // What stands before or after a NUL was not written together with the rest of the line.
    private Ban? ParseBan(string line) =>
        line.Contains('\0') ? null
        : settings.Producer.IsSyslog ? SyslogLine.Parse(line, settings.Server, time)
        : Fail2BanLogLine.Parse(line)?.ToBan(settings.Server, time.LocalTimeZone);

    private EnforcementLine? ParseEnforcement(string line) =>
        line.Contains('\0') ? null
        : settings.Producer.IsSyslog ? EnforcementLine.ParseSyslog(line, time)
        : EnforcementLine.ParseLog(line, time.LocalTimeZone);

    private SkipReason FindReason(string line)
    {
        SkipReason reason = UnsharedLine.FindReason(line, settings.Producer.IsSyslog);
        bool isLikeBan = reason == SkipReason.UnknownForm || reason == SkipReason.NotAnAddress || reason == SkipReason.Damaged;
        return isLikeBan && line.Contains('\0') ? SkipReason.NulBytes : reason;
    }
}
