using System.Globalization;
using F2bBroker.Admin.Output;

namespace F2bBroker.Admin.Errors;

/// <summary><c>f2bbroker errors</c>: prints what a server refused, and what that means.</summary>
/// <param name="note">A sentence below the messages; null for none.</param>
internal sealed class ErrorReport(string server, string? note)
{
    private const int MaxListedRows = 20;

    public void Print(IReadOnlyList<RefusedMessage> refused, bool isJson) => Console.WriteLine(
        isJson
            ? Json.Indented(
                refused.Select(message => new
                {
                    message.RefusedAt,
                    message.Origin,
                    message.Reason,
                    Explanation = RefusalExplanation.For(message.Reason),
                    message.Body,
                }))
            : TextOf(refused));

    private string TextOf(IReadOnlyList<RefusedMessage> refused)
    {
        if (refused.Count == 0)
        {
            return $"'{server}' has refused nothing that is asked for here.";
        }

        string list = TextColumns.Format(
            ["REFUSED", "FROM", "REASON", "BODY"],
            refused
                .Take(MaxListedRows)
                .Select(message => new[] { message.RefusedAt ?? "-", Sender(message), message.Reason, message.Body }));
        string more =
            refused.Count > MaxListedRows
                ? string.Create(CultureInfo.InvariantCulture, $"\n… and {refused.Count - MaxListedRows} more (--json shows all)")
                : "";
        return $"{list}{more}\n\n{string.Join('\n', Meanings(refused))}{(note is null ? "" : $"\n{note}")}";
    }

    private static IEnumerable<string> Meanings(IReadOnlyList<RefusedMessage> refused) => refused
        .GroupBy(message => (Sender: Sender(message), Meaning: RefusalExplanation.For(message.Reason)))
        .OrderByDescending(alike => alike.Count())
        .Take(MaxListedRows)
        .Select(alike => $"{alike.Count()} of {alike.Key.Sender}: {alike.Key.Meaning}");

    private static string Sender(RefusedMessage message) => message.Origin.Length > 0 ? message.Origin : "nobody";
}
