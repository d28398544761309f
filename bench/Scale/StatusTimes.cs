using System.Diagnostics;
using System.Text.RegularExpressions;

namespace F2bBroker.Bench.Scale;

/// <summary>Runs <c>f2bbroker status</c> several times while bans are reported.</summary>
internal sealed partial class StatusTimes(ScaleSetting setting)
{
    private const int Runs = 3;

    private readonly List<double> seconds = [];

    public double Median => Rounds.Percentile(seconds, 0.5);

    public double Slowest => seconds.Max();

    /// <summary>False if an answer did not list each light receiver as connected.</summary>
    public bool AllComplete { get; private set; } = true;

    public async Task MeasureAsync()
    {
        for (int i = 0; i < Runs; i++)
        {
            await Task.Delay(setting.Duration / (Runs + 1), TimeProvider.System);
            long start = Stopwatch.GetTimestamp();
            using Process status = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("F2BBROKER")!, ["status"])
            {
                RedirectStandardOutput = true,
            })!;
            string answer = await status.StandardOutput.ReadToEndAsync();
            await status.WaitForExitAsync();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            int connected = LightReceiverRow().Count(answer);
            if (status.ExitCode != 0 || connected != setting.Servers)
            {
                AllComplete = false;
                await Console.Error.WriteLineAsync(
                    $"f2bbroker status (exit code {status.ExitCode}) lists {connected} connected receivers.");
            }
        }
    }

    [GeneratedRegex(@"^light\d+ +receiver +(classic|stream) +consumer 0\.2\.0 \d+s ", RegexOptions.Multiline)]
    private static partial Regex LightReceiverRow();
}
