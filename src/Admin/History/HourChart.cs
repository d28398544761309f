using System.Globalization;
using Spectre.Console;

namespace F2bBroker.Admin.History;

/// <summary>Draws the number of bans per hour as bars on a terminal. An hour without bans has an empty bar.</summary>
internal sealed class HourChart
{
    private const int Width = 72;

    private readonly SortedDictionary<DateTimeOffset, int> hours = [];

    /// <param name="detectedAt">UTC.</param>
    public void Count(DateTimeOffset detectedAt)
    {
        DateTimeOffset hour = new(detectedAt.Year, detectedAt.Month, detectedAt.Day, detectedAt.Hour, 0, 0, TimeSpan.Zero);
        hours[hour] = hours.GetValueOrDefault(hour) + 1;
    }

    public void Print(IAnsiConsole console)
    {
        if (hours.Count == 0)
        {
            return;
        }

        BarChart chart = new BarChart().Width(Width).Label("bans per hour (UTC)").LeftAlignLabel();
        for (DateTimeOffset hour = hours.Keys.First(); hour <= hours.Keys.Last(); hour = hour.AddHours(1))
        {
            chart.AddItem(hour.ToString("MM-dd HH:00", CultureInfo.InvariantCulture), hours.GetValueOrDefault(hour), Color.Green);
        }

        console.Write(chart);
    }
}
