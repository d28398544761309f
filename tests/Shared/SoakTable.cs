namespace F2bBroker.Tests;

/// <summary>What a test did and what came of it, as a Markdown table; <c>./test.sh --soak</c> prints all of them.</summary>
/// <param name="name">The table's own among all tests.</param>
/// <param name="columns">Their headings.</param>
internal sealed class SoakTable(string name, params string[] columns)
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("F2BBROKER_SOAK_TABLES");

    /// <param name="cells">One for each column.</param>
    public void Add(params object[] cells)
    {
        if (Folder is null)
        {
            return;
        }

        string path = Path.Combine(Folder, $"{name}.md");
        if (!File.Exists(path))
        {
            File.AppendAllText(path, Row(columns) + Row(columns.Select(_ => "---")));
        }

        File.AppendAllText(path, Row(cells));
    }

    private static string Row(IEnumerable<object> cells) => $"| {string.Join(" | ", cells)} |\n";
}
