using System.Globalization;
using F2bBroker.Contracts;

namespace F2bBroker.Admin;

/// <summary>A ban as a line for people, for a spreadsheet or for a program. The jail's name comes from outside: it is written as in the monitored log.</summary>
internal static class BanFormat
{
    public const string CsvHead = "detectedAt,server,jail,ip";

    /// <summary><c>2026-11-23T02:44:23.706Z  203.0.113.7      sshd        web1</c>.</summary>
    public static string Text(Ban ban) =>
        string.Create(CultureInfo.InvariantCulture, $"{UtcText.Print(ban.DetectedAt)}  {ban.Ip,-15}  {JailName.Plain(ban.Jail),-10}  {ban.Server}");

    /// <summary>No field can hold a comma or a quote.</summary>
    public static string Csv(Ban ban) => $"{UtcText.Print(ban.DetectedAt)},{ban.Server},{JailName.Plain(ban.Jail)},{ban.Ip}";

    /// <summary>An object as in the message, in one line.</summary>
    public static string Json(Ban ban) => Admin.Json.LineOf(ban.ToMessage() with { Jail = JailName.Plain(ban.Jail) });
}
