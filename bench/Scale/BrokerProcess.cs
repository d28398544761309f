using System.Globalization;

namespace F2bBroker.Bench.Scale;

/// <summary>What the broker's process has used, from <c>/proc</c>.</summary>
internal sealed class BrokerProcess(string folder)
{
    private const double TicksPerSecond = 100;
    private const double BytesPerMegabyte = 1_000_000;
    private const int UserTime = 11;

    private readonly string path = $"/proc/{File.ReadAllText(Path.Combine(folder, "broker", "broker.pid")).Trim()}";

    /// <summary>The CPU time in seconds.</summary>
    public double CpuSeconds
    {
        get
        {
            // The fields after the name, which may contain blanks.
            string[] fields = File.ReadAllText($"{path}/stat").Split(") ")[^1].Split(' ');
            return fields[UserTime..(UserTime + 2)].Sum(ticks => double.Parse(ticks, CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    /// <summary>The resident memory in MB.</summary>
    public double Memory => Read("status", "VmRSS:") * 1024 / BytesPerMegabyte;

    /// <summary>The largest resident memory since the start, in MB.</summary>
    public double PeakMemory => Read("status", "VmHWM:") * 1024 / BytesPerMegabyte;

    /// <summary>The bytes that were written to disk, in MB.</summary>
    public double Written => Read("io", "write_bytes:") / BytesPerMegabyte;

    private double Read(string file, string key) =>
        double.Parse(
            File.ReadLines($"{path}/{file}")
                .First(line => line.StartsWith(key, StringComparison.Ordinal))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);
}
