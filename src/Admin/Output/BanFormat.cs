using System.Globalization;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Output;

/// <summary>Formats a ban as text, CSV or JSON. The jail's name is foreign text, so it is sanitized as in the monitored log.</summary>
internal static class BanFormat
{
    public const string CsvHead = "detectedAt,server,jail,ip,via";

    /// <summary><c>2026-11-23T02:44:23.706Z  203.0.113.7      sshd        web1</c>.</summary>
    public static string Text(Ban ban) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{UtcTimestamp.Format(ban.DetectedAt)}  {ban.Ip,-15}  {JailName.Sanitize(ban.Jail),-10}  {ReporterText(ban)}");

    /// <summary>Returns the reporting server: <c>web1</c>, or <c>friend-a via web1</c> for a forwarded ban.</summary>
    public static string ReporterText(Ban ban) => ban.Via is null ? ban.Server : $"{ban.Server} via {ban.Via}";

    /// <summary>Returns a line of CSV. No field can contain a comma or a quote.</summary>
    public static string Csv(Ban ban) =>
        $"{UtcTimestamp.Format(ban.DetectedAt)},{ban.Server},{JailName.Sanitize(ban.Jail)},{ban.Ip},{ban.Via}";

    /// <summary>Returns a JSON object as in the message, in one line.</summary>
    public static string Json(Ban ban) => Output.Json.Compact(ban.ToMessage() with { Jail = JailName.Sanitize(ban.Jail) });
}
