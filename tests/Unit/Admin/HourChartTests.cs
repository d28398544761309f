using F2bBroker.Admin.History;
using Spectre.Console;

namespace F2bBroker.UnitTests.Admin;

public sealed class HourChartTests
{
    [Fact]
    public void Each_hour_from_the_first_to_the_last_has_its_number()
    {
        HourChart chart = new();
        foreach (double hours in new[] { 0, 0.1, -2 })
        {
            chart.Count(Some.Time.AddHours(hours));
        }

        string[] lines = Printed(chart).Split('\n');
        Assert.Equal(
            ["bans per hour (UTC)", "11-23 00:00", "11-23 01:00", "11-23 02:00"],
            lines.Where(line => line.Length > 0).Select(line => line.Length > 19 && line[0] == '1' ? line[..11] : line.Trim()));
        Assert.Equal(
            ["1", "0", "2"],
            lines.Where(line => line.StartsWith("11-", StringComparison.Ordinal)).Select(line => line.TrimEnd()[^1..]));
    }

    [Fact]
    public void Without_a_ban_nothing_is_printed() => Assert.Equal("", Printed(new HourChart()));

    private static string Printed(HourChart chart)
    {
        using StringWriter text = new();
        chart.Print(
            AnsiConsole.Create(
                new AnsiConsoleSettings
                {
                    Out = new AnsiConsoleOutput(text),
                    Ansi = AnsiSupport.No,
                    ColorSystem = ColorSystemSupport.NoColors,
                }));
        return text.ToString();
    }
}
