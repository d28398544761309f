using System.Runtime.CompilerServices;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Configuration;

namespace F2bBroker.Producer;

/// <summary>The log file that fail2ban writes, or a syslog daemon for it.</summary>
/// <param name="tell">Takes a sentence about lines that could not be read.</param>
internal sealed class LogSource(Settings settings, TimeProvider time, Action<string> tell) : IBanSource
{
    private readonly LogTail tail = new(settings.Producer.LogPath, time, tell);
    private readonly ZoneCheck zone = new(time, tell);

    public Position Position => tail.Position;

    public string Place => $"{settings.Producer.LogPath} from byte {tail.Position.Offset}";

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

    public async IAsyncEnumerable<Stretch> ReadAsync([EnumeratorCancellation] CancellationToken stopping)
    {
        await foreach (LogBlock block in tail.ReadAsync(stopping))
        {
            foreach ((string line, LogPosition end) in block.Candidates())
            {
                Ban? ban = BanIn(line);
                if (block.IsFresh && ban is not null)
                {
                    zone.Look(ban);
                }

                yield return new Stretch(end, LooksLikeBan: true, ban);
            }

            yield return new Stretch(block.End, LooksLikeBan: false, Ban: null);
        }
    }

    public void Dispose() => tail.Dispose();

    private Ban? BanIn(string line) => settings.Producer.IsSyslog
        ? SyslogLine.Parse(line, settings.Server, time)
        : BanLine.Parse(line)?.By(settings.Server, time.LocalTimeZone);
}
