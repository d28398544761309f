using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Architecture;

/// <summary>The documentation names the version of the programs.</summary>
public sealed class VersionTests
{
    private static readonly string Version = typeof(Ban).Assembly.GetName().Version!.ToString(3);

    [Fact]
    public void The_newest_version_of_the_changelog_is_that_of_the_programs()
    {
        string newest = File.ReadLines(Repository.Path("CHANGELOG.md")).First(line => Regex.IsMatch(line, @"^## \[[0-9]"));
        Assert.Matches($@"^## \[{Regex.Escape(Version)}\] - [0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$", newest);
    }

    [Fact]
    public void Each_man_page_names_it()
    {
        string[] pages = Directory.GetFiles(Repository.Path("deploy/man"));
        Assert.NotEmpty(pages);
        Assert.All(pages, page => Assert.Contains($".Os F2bBroker {Version}", File.ReadLines(page)));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/install.md")]
    public void Each_package_file_that_a_page_names_has_it(string page) => Assert.Equal(
        [Version],
        Regex
            .Matches(File.ReadAllText(Repository.Path(page)), "f2bbroker_([^_…]+)_[a-z0-9]+[.]deb")
            .Select(match => match.Groups[1].Value)
            .Distinct());
}
