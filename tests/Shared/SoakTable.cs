namespace F2bBroker.Tests;

/// <summary>A Markdown table of what a test did and of the results. <c>./test.sh --soak</c> prints all tables.</summary>
/// <param name="name">The table's name, which no other test uses.</param>
/// <param name="columns">The headings of the columns.</param>
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
