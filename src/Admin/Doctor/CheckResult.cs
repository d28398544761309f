using System.Text.Json.Serialization;

namespace F2bBroker.Admin.Doctor;

/// <summary>One thing that was looked at.</summary>
/// <param name="Subject">What.</param>
/// <param name="Problem">What is wrong and what to do; null when it is in order.</param>
internal sealed record CheckResult(string Subject, [property: JsonPropertyName("todo")] string? Problem = null)
{
    public bool IsOk => Problem is null;

    public override string ToString() => IsOk ? $"ok     {Subject}" : $"FAULT  {Subject}: {Problem}";
}
