using System.Text.Json.Serialization;

namespace F2bBroker.Admin.Doctor;

/// <summary>The result of one check.</summary>
/// <param name="Subject">What was checked.</param>
/// <param name="Problem">The problem and the remedy; null if there is no problem.</param>
internal sealed record CheckResult(string Subject, [property: JsonPropertyName("todo")] string? Problem = null)
{
    public bool IsOk => Problem is null;

    public override string ToString() => IsOk ? $"ok     {Subject}" : $"FAULT  {Subject}: {Problem}";
}
