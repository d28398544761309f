namespace F2bBroker.UnitTests.Architecture;

/// <summary>
/// No line of code is longer than 140 characters, and no line of prose longer than 120. JSON and YAML files are not checked: the dashboard
/// and the Prometheus files contain expressions and texts that cannot be wrapped.
/// </summary>
public sealed class LineLengthTests
{
    private static readonly string[] Ignored = ["bin", "obj", ".git", "node_modules", "corpus"];

    private static readonly string[] Code = [".cs", ".sh", ".csproj", ".props", ".mjs", ".Dockerfile", ".local"];

    private static readonly string[] CodeWithoutExtension =
    [
        ".ci/run",
        "deploy/deb/copyright",
        "deploy/deb/postinst",
        "deploy/deb/postrm",
        "deploy/deb/preinst",
        "deploy/deb/prerm",
    ];

    [Fact]
    public void Code_has_at_most_140_characters_a_line()
    {
        string[] files =
        [
            .. Files().Where(file => Code.Contains(Path.GetExtension(file))),
            .. CodeWithoutExtension.Select(file => Repository.Path(file)),
        ];
        Assert.True(files.Length > 200, $"Only {files.Length} files were found.");
        AssertNone(files.SelectMany(file => TooLong(file, 140, _ => false)));
    }

    [Fact]
    public void Prose_has_at_most_120_characters_a_line()
    {
        string[] pages = [.. Files().Where(file => Path.GetExtension(file) is ".md")];
        Assert.True(pages.Length > 20, $"Only {pages.Length} pages were found.");
        AssertNone(pages.SelectMany(file => TooLong(file, 120, IsException)));
    }

    [Fact]
    public void The_manual_and_the_shipped_configuration_have_at_most_120_characters_a_line()
    {
        string[] manuals = [.. Directory.GetFiles(Repository.Path("deploy/man"))];
        Assert.NotEmpty(manuals);
        AssertNone(manuals.Append(Repository.Path("deploy/f2bbroker.conf")).SelectMany(file => TooLong(file, 120, _ => false)));
    }

    [Theory]
    [InlineData("| a table |", true)]
    [InlineData("    program output", true)]
    [InlineData("  https://example.net/one-word", true)]
    [InlineData("- [text](page.md) and more words", false)]
    public void Tables_output_and_links_are_excepted(string line, bool isExcepted) => Assert.Equal(isExcepted, IsException(line));

    [Fact]
    public void A_long_line_is_named()
    {
        using TempFolder folder = new();
        File.WriteAllLines(
            folder["a.md"],
            ["short", new string('x', 60) + " " + new string('y', 60), "```", "z " + new string('z', 120), "```"]);
        Assert.Equal([$"{folder["a.md"]}:2"], TooLong(folder["a.md"], 120, IsException));
    }

    // Assert.Empty shows only the first items.
    private static void AssertNone(IEnumerable<string> lines)
    {
        string[] all = [.. lines];
        Assert.True(all.Length == 0, $"Too long:\n{string.Join('\n', all)}");
    }

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Repository.Path(""), "*", SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(Repository.Path(""), file).Split('/').Any(Ignored.Contains));

    private static IEnumerable<string> TooLong(string file, int limit, Func<string, bool> isException)
    {
        bool isFenced = false;
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            isFenced ^= limit == 120 && line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            if (line.Length > limit && !isFenced && !isException(line))
            {
                yield return $"{file}:{number}";
            }
        }
    }

    /// <summary>A table, program output, or one long word such as a link.</summary>
    private static bool IsException(string line) =>
        line.StartsWith('|') || line.StartsWith("    ", StringComparison.Ordinal) || !line.Trim().Contains(' ');
}
