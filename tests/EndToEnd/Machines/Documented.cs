using System.Text.RegularExpressions;

namespace F2bBroker.EndToEndTests.Machines;

/// <summary>Reads commands and their output from a page of the documentation.</summary>
internal static class Documented
{
    private const string Indent = "    ";

    /// <summary>Returns the first block of commands below the line that starts with that text.</summary>
    public static string Commands(string page, string below)
    {
        string[] lines = [.. File.ReadLines(Repository.Path(page)).SkipWhile(line => !line.StartsWith(below, StringComparison.Ordinal))];
        Assert.True(lines.Length > 0, $"{page} has no line that starts with '{below}'.");
        string[] block = [.. lines.SkipWhile(line => !IsCode(line)).TakeWhile(line => line.Length == 0 || IsCode(line))];
        return string.Join('\n', block.Select(line => line.Length == 0 ? "" : line[Indent.Length..])).Trim();
    }

    /// <summary>Returns an output without its numbers and widths, so that documentation and a run can be compared.</summary>
    public static string Shape(string output) => Regex.Replace(Regex.Replace(output.Trim(), "[0-9]+", "0"), " +", " ");

    private static bool IsCode(string line) => line.StartsWith(Indent, StringComparison.Ordinal);
}
