using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace F2bBroker.EndToEndTests;

/// <summary>The package's list of components, and their licences, compared with what the package contains.</summary>
[Trait("Form", "package")]
public sealed class SbomTests(BuiltPackage built) : IAsyncLifetime
{
    private const string Programs = "usr/lib/f2bbroker/";
    private const string Own = "f2bbroker";

    private readonly TempFolder folder = new();

    // The purl of the component that each file of the programs belongs to.
    private readonly Dictionary<string, string> owners = [];
    private JsonNode sbom = null!;

    private IEnumerable<JsonNode> Components => sbom["components"]!.AsArray()!;

    public async ValueTask InitializeAsync()
    {
        Built.Outcome outcome = await Built.RunAsync("dpkg-deb", ["--extract", await built.FileAsync(), folder.Path]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        sbom = JsonNode.Parse(ReadDocument("sbom.cdx.json"))!;
        foreach (string dependencies in Directory.GetFiles(folder[Programs], "*.deps.json"))
        {
            AddOwners(JsonNode.Parse(File.ReadAllText(dependencies))!);
        }

        // Compiled from the assemblies.
        owners.Add("f2bbroker.r2r.dll", Own);
        foreach (string program in new[] { Built.Admin, Built.Producer, Built.Consumer })
        {
            owners.Add(program, Own);
            owners.Add($"{program}.deps.json", Own);
            owners.Add($"{program}.runtimeconfig.json", Own);
        }
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Each_file_of_the_programs_belongs_to_a_component_and_each_component_has_a_file()
    {
        Assert.Equal(Files().Order(StringComparer.Ordinal), owners.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            owners.Values.Where(owner => owner != Own).Distinct().Order(StringComparer.Ordinal),
            Components.Select(component => (string)component["purl"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_describes_this_version_and_nothing_of_the_build()
    {
        string package = Path.GetFileName(await built.FileAsync());
        JsonNode main = sbom["metadata"]!["component"]!;
        Assert.Equal(
            ("CycloneDX", Own, Regex.Match(package, "_(.+)_").Groups[1].Value),
            ((string?)sbom["bomFormat"], (string?)main["name"], (string?)main["version"]));
        Assert.Null(sbom["serialNumber"]);
        DateTime time = DateTime.Parse((string)sbom["metadata"]!["timestamp"]!, CultureInfo.InvariantCulture).ToUniversalTime();
        Assert.Equal(File.GetLastWriteTimeUtc(Document("sbom.cdx.json")), time);
    }

    [Fact]
    public void Each_component_has_a_licence_and_is_in_the_notices()
    {
        using GZipStream unpacked = new(File.OpenRead(Document("third-party-notices.txt.gz")), CompressionMode.Decompress);
        using StreamReader reader = new(unpacked);
        string notices = reader.ReadToEnd();
        Assert.All(Components, component => Assert.Contains(
            $"\n{component["name"]} {component["version"]}\n    Licence: {Licence(component)}\n    ",
            notices,
            StringComparison.Ordinal));
        // The notices of the runtime's own parts.
        Assert.Contains("License notice for zlib", notices, StringComparison.Ordinal);
    }

    [Fact]
    public void The_copyright_names_the_licence_of_each_file()
    {
        (string[] Patterns, string Licence)[] paragraphs =
        [
            .. ReadDocument("copyright").Split("\n\n")
                .Where(paragraph => paragraph.StartsWith("Files: ", StringComparison.Ordinal))
                .Select(paragraph => (
                    Regex.Match(paragraph, @"^Files: ((?:.|\n )*)").Groups[1].Value.Split([' ', '\n']),
                    Regex.Match(paragraph, "(?m)^License: (.+)$").Groups[1].Value)),
        ];
        Dictionary<string, string> licences = Components.ToDictionary(component => (string)component["purl"]!, Licence);
        licences[Own] = Licence(sbom["metadata"]!["component"]!);
        Assert.All(owners, owner => Assert.Equal(
            licences[owner.Value],
            // The last paragraph that matches a file applies.
            paragraphs
                .Last(paragraph => paragraph.Patterns.Any(pattern => Matches(pattern, $"{Programs}{owner.Key}")))
                .Licence
                .Replace("Expat", "MIT", StringComparison.Ordinal)
                .Replace(" or ", " OR ", StringComparison.Ordinal)));
    }

    private static bool Matches(string pattern, string path) =>
        Regex.IsMatch(path, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$");

    /// <summary>Returns the identifier or the expression of a component's licence.</summary>
    private static string Licence(JsonNode component)
    {
        JsonNode licence = Assert.Single(component["licenses"]!.AsArray())!;
        return (string)(licence["license"]?["id"] ?? licence["expression"])!;
    }

    private string[] Files() => [.. Directory.GetFiles(folder[Programs]).Select(file => Path.GetFileName(file))];

    private string Document(string name) => folder[$"usr/share/doc/f2bbroker/{name}"];

    private string ReadDocument(string name) => File.ReadAllText(Document(name));

    /// <summary>Reads from a program's <c>.deps.json</c> where its files come from.</summary>
    private void AddOwners(JsonNode dependencies)
    {
        foreach ((string name, JsonNode? files) in dependencies["targets"]!.AsObject().SelectMany(target => target.Value!.AsObject()))
        {
            string type = (string)dependencies["libraries"]![name]!["type"]!;
            string package = name.Replace("runtimepack.", "", StringComparison.Ordinal).Replace('/', '@');
            IEnumerable<string> paths = new[] { "runtime", "native" }
                .SelectMany(kind => files![kind]?.AsObject().Select(file => file.Key) ?? []);
            foreach (string path in paths)
            {
                owners[Path.GetFileName(path)] = type is "project" or "reference" ? Own : $"pkg:nuget/{package}";
            }
        }
    }
}
