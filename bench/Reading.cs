using System.Diagnostics;

namespace F2bBroker.Bench;

/// <summary>(d) A long log with few bans in it.</summary>
internal static class Reading
{
    private const int Size = 200_000_000;
    private const int LinesPerBan = 1000;
    private const double Megabyte = 1_000_000;

    public static async Task<IReadOnlyList<Result>> MeasureAsync(Setting setting)
    {
        string log = setting.FileOf("origin", "fail2ban.log");
        await WriteAsync(log);
        double megabytes = new FileInfo(log).Length / Megabyte;
        double[] medians = await Rounds.MediansAsync(
            () => Publishing.ProducerAsync(setting, megabytes),
            () => Task.FromResult(ReadLines(log, megabytes)));
        File.Delete(log);
        return
        [
            new Result("(d) 200 MB of log, a ban in 1,000 lines, MB/s", medians[0], Target: 100),
            new Result("(d) the same; floor reads its lines with StreamReader", medians[0], medians[1]),
        ];
    }

    private static async Task WriteAsync(string log)
    {
        await using StreamWriter writer = new(log);
        long written = 0;
        for (int i = 0; written < Size; i++)
        {
            string line = i % LinesPerBan == 0 ? Bans.Line(i / LinesPerBan) : Noise(i);
            await writer.WriteAsync(line);
            written += line.Length;
        }
    }

    private static string Noise(int i) => Bans.LogLine((i % 3) switch
    {
        0 => $"fail2ban.filter         [1674]: INFO    [sshd] Found {Bans.Address(i % Bans.Count)} - 2026-11-23 02:53:41",
        1 => $"fail2ban.actions        [1674]: NOTICE  [sshd] Unban {Bans.Address(i % Bans.Count)}",
        _ => $"fail2ban.actions        [1674]: WARNING [sshd] {Bans.Address(i % Bans.Count)} already banned",
    });

    private static double ReadLines(string log, double megabytes)
    {
        long start = Stopwatch.GetTimestamp();
        using StreamReader reader = new(log);
        while (reader.ReadLine() is not null)
        {
        }

        return Rounds.PerSecond(megabytes, start, Stopwatch.GetTimestamp());
    }
}
