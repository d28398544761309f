using System.Globalization;
using System.Numerics;
using CsCheck;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Configuration;

namespace F2bBroker.UnitTests.Properties;

/// <summary>Any configuration file, and any duration.</summary>
public sealed class ConfigurationPropertyTests : IDisposable
{
    private static readonly Dictionary<string, int> UnitSeconds = new()
    {
        [""] = 1,
        ["s"] = 1,
        ["m"] = 60,
        ["h"] = 60 * 60,
        ["d"] = 24 * 60 * 60,
        ["w"] = 7 * 24 * 60 * 60,
    };

    private static readonly Gen<string> Letters = Gen.String[Gen.Char["abAB1-"], 1, 3];

    private static readonly Gen<string> Blanks = Gen.OneOf("", " ", "\t", "  ");

    private static readonly Gen<(string Section, string Key, string Value)> Setting = Gen.Select(
        Letters,
        Letters,
        Gen.String[Gen.Char["ab#;/=[]\"' :"], 0, 6].Select(value => value.Trim()));

    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_valid_file_is_read_as_it_was_written() =>
        Gen.Select(Setting.Array[0, 8], Blanks, Gen.OneOf("", "# x = 1", "; [x]", "/x")).Sample((settings, blank, comment) =>
        {
            Dictionary<string, string> expected = new(StringComparer.OrdinalIgnoreCase);
            List<string> lines = [];
            foreach ((string section, string key, string value) in settings)
            {
                if (expected.TryAdd($"{section}:{key}", WithoutQuotes(value)))
                {
                    lines.AddRange([$"{blank}[{section}]{blank}", $"{blank}{comment}", $"{blank}{key}{blank}={blank}{value}{blank}"]);
                }
            }

            Assert.Equal(Lower(expected), Lower(Read(lines)));
        }, threads: 1);

    [Fact]
    public void A_key_that_occurs_twice_is_an_error_that_names_the_second_line_and_no_value() =>
        Gen.Select(Setting, Gen.Int[0, 3], Gen.Bool).Sample((setting, between, isUpper) =>
        {
            (string section, string key, _) = setting;
            string[] lines =
            [
                $"[{section}]",
                $"{key} = secret",
                .. Enumerable.Repeat("# comment", between),
                $"[{(isUpper ? section.ToUpperInvariant() : section)}]",
                $"{key} = secret",
            ];
            string message = Assert.Throws<InvalidConfigurationException>(() => Read(lines)).Message;
            Assert.Contains($"line {lines.Length}: ", message);
            Assert.DoesNotContain("secret", message);
        }, threads: 1);

    [Fact]
    public void Any_text_is_read_or_refused_with_its_line() => Gen.OneOf(
        Gen.Char["ab=[]#;/ \t\"':\n\n\r\u0085\u00a0\u2028\0"],
        Gen.Char).Array[0, 40].Sample(text =>
        {
            File.WriteAllText(folder["any.conf"], new string(text));
            Exception? failure = Record.Exception(() => SettingsFile.Load(folder["any.conf"]));
            Assert.IsType<InvalidConfigurationException>(failure);
        }, threads: 1);

    [Fact]
    public void A_duration_is_a_number_and_a_unit_and_at_most_100_years() =>
        Gen.Select(Gen.String[Gen.Char["0123456789"], 0, 12], Gen.OneOf("", "s", "m", "h", "d", "w", "S", "y", " ", "-", "\n"))
            .Sample((number, unit) =>
            {
                bool isDuration = number.Length is > 0 and < 10 && UnitSeconds.ContainsKey(unit);
                BigInteger seconds = isDuration ? BigInteger.Parse(number, CultureInfo.InvariantCulture) * UnitSeconds[unit] : 0;
                TimeSpan? expected = isDuration && seconds <= 36_500 * 86_400L ? TimeSpan.FromSeconds((long)seconds) : null;
                Assert.Equal(expected, Duration.Parse(number + unit));
            });

    private static IEnumerable<string> Lower(Dictionary<string, string> settings) =>
        settings.Select(setting => $"{setting.Key.ToLowerInvariant()}={setting.Value}").Order(StringComparer.Ordinal);

    // As the INI provider of .NET does.
    private static string WithoutQuotes(string value) => value is ['"', .. var inner, '"'] ? inner : value;

    private Dictionary<string, string> Read(IEnumerable<string> lines)
    {
        string file = folder["valid.conf"];
        File.WriteAllLines(file, lines);
        IniSyntax.Check(file);
        return new ConfigurationBuilder().AddIniFile(file).Build().AsEnumerable()
            .Where(pair => pair.Value is not null)
            .ToDictionary(pair => pair.Key, pair => pair.Value!);
    }
}
