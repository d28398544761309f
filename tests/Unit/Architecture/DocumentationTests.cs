using System.Text.RegularExpressions;

namespace F2bBroker.UnitTests.Architecture;

/// <summary>What a page of documentation names or links to exists.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void Each_type_that_the_map_names_has_a_file_in_the_folder_that_it_names()
    {
        string[] sources =
        [
            .. Directory.EnumerateFiles(Repository.Path("src"), "*.cs", SearchOption.AllDirectories)
                .Select(file => Path.ChangeExtension(file, null)),
        ];
        string[] named =
        [
            .. Regex
                .Matches(
                    File.ReadAllText(Repository.Path("docs/architecture.md")),
                    @"`((?:[A-Z]\w+/)?[A-Z][a-z0-9]+[A-Z]\w+)(?:\.[A-Z]\w+)?`")
                .Select(match => match.Groups[1].Value)
                .Distinct(),
        ];
        Assert.True(named.Length > 40, $"Only {named.Length} types were found.");
        Assert.All(named, type => Assert.Contains(sources, file => file.EndsWith($"/{type}", StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_link_between_pages_leads_to_a_file_and_a_heading()
    {
        string[] pages =
        [
            .. Directory.GetFiles(Repository.Path(""), "*.md"),
            .. Directory.GetFiles(Repository.Path("docs"), "*.md"),
            .. Directory.GetFiles(Repository.Path("docs/decisions"), "*.md"),
        ];
        Assert.True(pages.Length > 20, $"Only {pages.Length} pages were found.");
        Assert.Empty(pages.SelectMany(page => Links(page).Where(link => !Exists(page, link)).Select(link => $"{page}: {link}")));
    }

    [Fact]
    public void Each_row_of_the_table_of_faults_is_shown_by_a_test_and_the_other_way_round()
    {
        string[] rows =
        [
            .. File.ReadLines(Repository.Path("docs/operate.md"))
                .SkipWhile(line => !line.StartsWith("| fault of web1 |", StringComparison.Ordinal))
                .TakeWhile(line => line.StartsWith('|'))
                .Skip(2)
                .Select(line => line.Split('|')[1].Trim()),
        ];
        string[] shown =
        [
            .. Directory.GetFiles(Repository.Path("tests/EndToEnd/Faults"), "Status*Tests.cs")
                .SelectMany(file => Regex.Matches(File.ReadAllText(file), "await (?:FaultRow\\.)?ShowsAsync\\((?:this, )?\"([^\"]+)\""))
                .Select(call => call.Groups[1].Value),
        ];
        Assert.Equal(14, rows.Length);
        Assert.Equal(rows.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }

    // Code blocks contain regular expressions that look like links.
    private static IEnumerable<string> Links(string page) => File.ReadLines(page)
        .Where(line => !line.StartsWith("    ", StringComparison.Ordinal))
        .SelectMany(line => Regex.Matches(line, @"\]\(([^)\s]+)\)"))
        .Select(match => match.Groups[1].Value)
        .Where(link => !link.StartsWith("http", StringComparison.Ordinal));

    private static bool Exists(string page, string link)
    {
        string[] parts = link.Split('#');
        string target = parts[0].Length == 0 ? page : Path.GetFullPath(parts[0], Path.GetDirectoryName(page)!);
        return Path.Exists(target) && (parts.Length == 1 || Anchors(target).Contains(parts[1]));
    }

    /// <summary>Returns the anchors that GitHub gives the headings of a page.</summary>
    private static IEnumerable<string> Anchors(string page) => File.ReadLines(page)
        .Where(line => line.StartsWith('#'))
        .Select(line => Regex.Replace(line.TrimStart('#').Trim().ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-'));
}
