using System.Text.Json;
using System.Text.Json.Serialization;

namespace F2bBroker.Contracts;

/// <summary>
/// The message: fail2ban on <paramref name="Server"/> banned <paramref name="Ip"/>. The fields are received text; <see cref="Ban.Parse"/>
/// validates them.
/// </summary>
/// <param name="Ip">Address or network in canonical text, see <see cref="Subnet"/>.</param>
/// <param name="Jail">Name of the jail, free text as in fail2ban's log.</param>
/// <param name="Server">Name of the server, which is also its broker user.</param>
/// <param name="DetectedAt">Time of the ban in UTC, see <see cref="UtcTimestamp"/>.</param>
public sealed record BanDetected(string Ip, string Jail, string Server, string DetectedAt)
{
    /// <summary>
    /// The server that reported the ban in another group. Any value and any type, even null, means that the ban was forwarded from one;
    /// undefined if the field is missing.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Via { get; init; }
}
