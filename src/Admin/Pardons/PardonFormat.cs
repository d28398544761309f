using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.Admin.Pardons;

/// <summary>Formats pardons as text or JSON.</summary>
internal static class PardonFormat
{
    private static readonly string[] Head = ["PARDONED", "UNTIL", "OPERATOR", "SINCE", "REASON"];

    /// <summary><c>203.0.113.7 is pardoned until 2026-11-28T02:44:23.706Z by alice (our office)</c>.</summary>
    public static string Sentence(Pardon pardon) =>
        $"{pardon.Subject} is pardoned {End(pardon)} by {pardon.Operator}"
            + (pardon.Reason.Length > 0 ? $" ({UntrustedText.ToSingleLine(pardon.Reason)})" : "");

    /// <summary><c>until 2026-11-28T02:44:23.706Z</c>, or <c>forever</c>.</summary>
    public static string End(Pardon pardon) => pardon.Until is { } until ? $"until {UtcTimestamp.Format(until)}" : "forever";

    public static string Table(IEnumerable<Pardon> pardons) => TextColumns.Format(
        Head,
        pardons.Select(pardon => new[]
        {
            pardon.Subject,
            pardon.Until is { } until ? UtcTimestamp.Format(until) : "-",
            pardon.Operator,
            UtcTimestamp.Format(pardon.PardonedAt),
            UntrustedText.ToSingleLine(pardon.Reason),
        }));

    /// <summary>Returns a JSON object as in the message, in one line.</summary>
    public static string Json(Pardon pardon) => PardonJson.Serialize(pardon.ToMessage());
}
