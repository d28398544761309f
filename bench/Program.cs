using System.Globalization;
using F2bBroker.Bench;
using F2bBroker.Bench.Scale;

if (args is ["scale", string scaleFolder, string servers, string rate, "classic" or "stream", string seconds])
{
    return await new ScaleBench(new ScaleSetting(
        scaleFolder,
        int.Parse(servers, CultureInfo.InvariantCulture),
        int.Parse(rate, CultureInfo.InvariantCulture),
        args[4] == "stream",
        TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)))).RunAsync();
}

if (args is not [string folder, .. string[] parts])
{
    await Console.Error.WriteLineAsync("Start it with bench/run.sh.");
    return 2;
}

Setting setting = new(folder);
(string Name, Func<Setting, Task<IReadOnlyList<Result>>> Measure)[] all =
[
    ("a", Publishing.MeasureAsync),
    ("b", Consuming.MeasureAsync),
    ("c", Latency.MeasureAsync),
    ("d", Reading.MeasureAsync),
    ("e", Idle.MeasureAsync),
    ("f", History.MeasureAsync),
    ("g", Health.MeasureAsync),
    ("h", Following.MeasureAsync),
];
List<Result> results = [];
try
{
    foreach ((string name, Func<Setting, Task<IReadOnlyList<Result>>> measure) in all)
    {
        if (parts.Length > 0 && !parts.Contains(name))
        {
            continue;
        }

        await Console.Error.WriteLineAsync($"Measuring {name}.");
        results.AddRange(await measure(setting));
    }
}
finally
{
    Result.Print(results);
}

return 0;
