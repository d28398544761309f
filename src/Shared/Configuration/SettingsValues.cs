using System.Globalization;
using F2bBroker.Contracts;
using Microsoft.Extensions.Configuration;

namespace F2bBroker.Shared.Configuration;

/// <summary>Reads single values of the configuration. Collects all errors, so that one run reports them together.</summary>
internal sealed class SettingsValues(IConfiguration configuration)
{
    private static readonly char[] ListSeparators = [' ', '\t', ','];

    private readonly HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> errors = [];

    public IReadOnlyList<string> Errors => errors;

    public bool Flag(string section, string key, string byDefault) =>
        Parsed(section, key, byDefault, "is neither 'true' nor 'false'", text =>
            bool.TryParse(text, out bool flag) ? flag : (bool?)null);

    public int Prefix(string section, string key, int maximum) =>
        Number(section, key, maximum.ToString(CultureInfo.InvariantCulture), $"is not a prefix length from 1 to {maximum}", maximum);

    public int Number(string section, string key, string byDefault, string rule, int largest) =>
        Parsed(section, key, byDefault, rule,
            text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= largest
                ? number : (int?)null);

    /// <summary>Returns true if the value is the second of two words. The first word is the default.</summary>
    public bool IsSecondChoice(string section, string key, string first, string second) =>
        Parsed(section, key, first, $"is neither '{first}' nor '{second}'", text => text == first || text == second ? text : null)
        == second;

    public string? Value(string section, string key)
    {
        known.Add($"{section}:{key}");
        return configuration[$"{section}:{key}"]?.Trim();
    }

    public string Text(string section, string key, string byDefault) => Value(section, key) is { Length: > 0 } text ? text : byDefault;

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(byDefault))]
    public string[]? List(string section, string key, string? byDefault) =>
        (Value(section, key) ?? byDefault)?.Split(ListSeparators, StringSplitOptions.RemoveEmptyEntries);

    public T Parsed<T>(string section, string key, string byDefault, string rule, Func<string, T?> parse)
        where T : class
    {
        string text = Text(section, key, byDefault);
        return parse(text) ?? UseDefault(section, key, text, rule, parse(byDefault)!);
    }

    public T Parsed<T>(string section, string key, string byDefault, string rule, Func<string, T?> parse)
        where T : struct
    {
        string text = Text(section, key, byDefault);
        return parse(text) ?? UseDefault(section, key, text, rule, default(T));
    }

    private T UseDefault<T>(string section, string key, string text, string rule, T fallback)
    {
        AddError(section, $"{key}: {UntrustedText.Quote(text)} {rule}");
        return fallback;
    }

    public void AddError(string section, string error)
    {
        // A key of [consumer] is read again for each section [from NAME].
        if ($"[{section}] {error}." is var message && !errors.Contains(message))
        {
            errors.Add(message);
        }
    }

    public void RejectUnknownKeys()
    {
        // Keys without a section can only come from the environment. They are not settings (F2BBROKER_API).
        foreach (string key in configuration
                .AsEnumerable()
                .Where(pair => pair.Value is not null && pair.Key.Contains(':'))
                .Select(pair => pair.Key))
        {
            if (!known.Contains(key))
            {
                string[] parts = key.Split(':', 2);
                string[] sections = [.. known.Select(name => name.Split(':')[0]).Distinct()];
                errors.Add(sections.Contains(parts[0], StringComparer.OrdinalIgnoreCase)
                    ? $"[{parts[0]}] {UntrustedText.Quote(parts[1])} is not a known key."
                    : $"[{parts[0]}] is not a known section (key {UntrustedText.Quote(parts[1])}).");
            }
        }
    }
}
