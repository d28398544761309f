using System.Globalization;

namespace F2bBroker.Admin.Errors;

/// <summary><c>f2bbroker errors</c>: what a server refused, and what that means.</summary>
internal sealed class ErrorReport(ErrorQueue queue, string server)
{
    private const int LongestList = 20;

    public async Task PrintAsync(Func<RefusedMessage, bool> isChosen, bool isJson, CancellationToken cancel)
    {
        IReadOnlyList<RefusedMessage> refused = await Waiting.ForAsync("Looking through the error queue", () => queue.GoThroughAsync(isChosen, Fate.Keep, cancel));
        Console.WriteLine(isJson
            ? Json.Of(refused.Select(message => new { message.RefusedAt, message.Origin, message.Reason, Explanation = Explanation.Of(message.Reason), message.Body }))
            : TextOf(refused));
    }

    private string TextOf(IReadOnlyList<RefusedMessage> refused)
    {
        if (refused.Count == 0)
        {
            return $"'{server}' has refused nothing that is asked for here.";
        }

        string list = Table.Of(["REFUSED", "FROM", "REASON", "BODY"], refused.Take(LongestList).Select(message => new[] { message.RefusedAt ?? "-", Sender(message), message.Reason, message.Body }));
        string more = refused.Count > LongestList ? string.Create(CultureInfo.InvariantCulture, $"\n… and {refused.Count - LongestList} more (--json shows all)") : "";
        return $"{list}{more}\n\n{string.Join('\n', Meanings(refused))}";
    }

    private static IEnumerable<string> Meanings(IReadOnlyList<RefusedMessage> refused) => refused
        .GroupBy(message => (Sender: Sender(message), Meaning: Explanation.Of(message.Reason)))
        .OrderByDescending(alike => alike.Count())
        .Take(LongestList)
        .Select(alike => $"{alike.Count()} of {alike.Key.Sender}: {alike.Key.Meaning}");

    private static string Sender(RefusedMessage message) => message.Origin.Length > 0 ? message.Origin : "nobody";
}
