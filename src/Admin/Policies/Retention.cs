using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Admin.Policies;

/// <summary>The limits of the stream of the bans that the operator sets.</summary>
/// <param name="Age">The age limit; null to keep the present one.</param>
/// <param name="Bytes">The size limit; null to keep the present one.</param>
internal sealed partial record Retention(TimeSpan? Age, long? Bytes)
{
    /// <summary>Keys of the policy.</summary>
    public const string AgeKey = "max-age";
    public const string BytesKey = "max-length-bytes";

    private const long MiB = 1024 * 1024;
    private const long MinBytes = 64 * MiB;

    private static readonly TimeSpan MinAge = TimeSpan.FromMinutes(1);

    // 512MB, 2GB
    [GeneratedRegex(@"^(?<count>[0-9]{1,6})(?<unit>[MGT])B\z")]
    private static partial Regex SizePattern { get; }

    // 7D, 36h
    [GeneratedRegex(@"^(?<count>[0-9]{1,6})(?<unit>[YMDhms])\z")]
    private static partial Regex AgePattern { get; }

    /// <summary>Reads the operator's options; null for one that is not given.</summary>
    /// <exception cref="CommandFailedException">A value is not valid.</exception>
    public static Retention Parse(string? age, string? size) => new(
        age is null ? null : ParseOption("--retention", age, Duration.Parse(age), MinAge, "a number and s, m, h, d or w, at least 1m"),
        size is null ? null : ParseOption("--retention-size", size, ParseSize(size), MinBytes, "a number and MB, GB or TB, at least 64MB"));

    /// <summary>Returns the age of a policy: a number and one of <c>Y M D h m s</c>; null for any other text.</summary>
    public static TimeSpan? ParseAge(string text)
    {
        Match match = AgePattern.Match(text);
        if (!match.Success)
        {
            return null;
        }

        TimeSpan unit = match.Groups["unit"].Value switch
        {
            "Y" => TimeSpan.FromDays(365),
            "M" => TimeSpan.FromDays(30),
            "D" => TimeSpan.FromDays(1),
            "h" => TimeSpan.FromHours(1),
            "m" => TimeSpan.FromMinutes(1),
            _ => TimeSpan.FromSeconds(1),
        };
        return unit * int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Returns the policy with these limits.</summary>
    public GroupPolicy Apply(GroupPolicy policy) => policy with { Definition = Apply(policy.Definition) };

    /// <summary>Sets the limits in an existing policy, and returns what has changed; null if nothing has.</summary>
    public async Task<string?> ChangeAsync(ManagementApi api, GroupPolicy policy, CancellationToken cancel)
    {
        JsonNode? present = await api.GetAsync(policy.Path, cancel);
        if (present?["definition"] is not JsonObject old)
        {
            return null;
        }

        JsonObject changed = Apply(old);
        string[] changes =
        [
            .. new[] { AgeKey, BytesKey }
                .Where(key => changed.Text(key) != old.Text(key))
                .Select(key => $"{key} {changed.Text(key)}"),
        ];
        if (changes.Length == 0)
        {
            return null;
        }

        await api.PutAsync(policy.Path, new JsonObject
        {
            ["pattern"] = present["pattern"]?.DeepClone(),
            ["apply-to"] = present["apply-to"]?.DeepClone(),
            ["priority"] = present["priority"]?.DeepClone(),
            ["definition"] = changed,
        }, cancel);
        return string.Join(", ", changes);
    }

    private JsonObject Apply(JsonObject definition)
    {
        JsonObject changed = (JsonObject)definition.DeepClone();
        if (Age is { } age)
        {
            changed[AgeKey] = FormatAge(age);
        }

        if (Bytes is { } bytes)
        {
            changed[BytesKey] = bytes;
        }

        return changed;
    }

    /// <summary>Returns the age in the largest unit that is exact.</summary>
    private static string FormatAge(TimeSpan age)
    {
        long seconds = (long)age.TotalSeconds;
        (long count, char unit) = seconds switch
        {
            _ when seconds % 86_400 == 0 => (seconds / 86_400, 'D'),
            _ when seconds % 3600 == 0 => (seconds / 3600, 'h'),
            _ when seconds % 60 == 0 => (seconds / 60, 'm'),
            _ => (seconds, 's'),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
    }

    private static long? ParseSize(string text)
    {
        Match match = SizePattern.Match(text);
        if (!match.Success)
        {
            return null;
        }

        long unit = match.Groups["unit"].Value switch
        {
            "T" => MiB * 1024 * 1024,
            "G" => MiB * 1024,
            _ => MiB,
        };
        return unit * long.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture);
    }

    private static T ParseOption<T>(string option, string text, T? value, T min, string rule)
        where T : struct, IComparable<T> =>
        value is { } valid && valid.CompareTo(min) >= 0
            ? valid
            : throw new CommandFailedException(ExitCode.Configuration, $"{option}: {UntrustedText.Quote(text)} is not {rule}.");
}
