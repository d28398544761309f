using System.Diagnostics;

namespace F2bBroker.Bench.Scale;

/// <summary>Appends bans to the log that the real producer follows, at a steady rate, and knows when each was appended.</summary>
internal sealed class BanFeed(ScaleSetting setting)
{
    private readonly long[] sentAt = new long[setting.BanCount];

    public long StartedAt { get; private set; }

    public async Task RunAsync()
    {
        await using FileStream log = new(
            setting.FileOf("origin", "fail2ban.log"),
            FileMode.Append,
            FileAccess.Write,
            FileShare.ReadWrite);
        StartedAt = Stopwatch.GetTimestamp();
        for (int i = 0; i < setting.BanCount; i++)
        {
            TimeSpan due = TimeSpan.FromSeconds((double)i / setting.Rate) - Stopwatch.GetElapsedTime(StartedAt);
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, TimeProvider.System);
            }

            Volatile.Write(ref sentAt[i], Stopwatch.GetTimestamp());
            await log.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Bans.Line(i)));
            await log.FlushAsync();
        }
    }

    /// <summary>Returns the time since the ban was appended.</summary>
    public TimeSpan LagOf(int ban) => Stopwatch.GetElapsedTime(Volatile.Read(ref sentAt[ban]));
}
