using System.Text.Json.Serialization;

namespace F2bBroker.Contracts;

/// <summary>
/// The message in which an operator takes the bans of an address, a network or a server back. The fields are received text;
/// <see cref="Pardon.Parse"/> validates them. The last message for an address, a network or a server counts.
/// </summary>
/// <param name="Operator">The operator's login, which is also the message's <c>user_id</c>.</param>
/// <param name="PardonedAt">The time of the pardon by the operator's clock, in UTC, see <see cref="UtcTimestamp"/>.</param>
/// <param name="Until">The end: bans that were detected before it are covered. Null: all bans are covered, forever.</param>
public sealed record PardonMessage(
    string Operator,
    string PardonedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Until)
{
    /// <summary>The address or network in canonical text, see <see cref="Subnet"/>; null for a pardon of a server.</summary>
    [JsonPropertyOrder(-2)]
    public string? Ip { get; init; }

    /// <summary>The server whose bans are taken back; null for a pardon of an address or network.</summary>
    [JsonPropertyOrder(-1)]
    public string? Server { get; init; }

    /// <summary>Free text for people, at most <see cref="Pardon.MaxReasonLength"/> characters.</summary>
    public string? Reason { get; init; }
}
