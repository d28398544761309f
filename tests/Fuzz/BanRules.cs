using System.Text.Json;
using F2bBroker.Contracts;
using F2bBroker.Fuzz.Oracles;
using F2bBroker.Shared.Messaging;
using static F2bBroker.Fuzz.BrokenRuleException;

namespace F2bBroker.Fuzz;

/// <summary>What holds for each ban that any parser returns.</summary>
internal static class BanRules
{
    private static readonly JsonSerializerOptions Json = BanJson.Apply(new JsonSerializerOptions());

    /// <exception cref="BrokenRuleException">The ban is not valid.</exception>
    public static void Check(Ban ban)
    {
        CheckMessage(ban);
        CheckMonitoredLine(ban);
    }

    /// <summary>Checks the address by a parser that shares no code with that of the programs.</summary>
    /// <param name="printed">The address or network as the input has it.</param>
    public static void CheckAddress(Ban ban, string printed) =>
        ThrowUnless(PlainAddress.Network(printed) == TrueBan.From(ban).Network, "The address of a ban is the printed one.");

    private static void CheckMessage(Ban ban)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(ban.ToMessage(), Json);
        MessageOrigin origin = new(ban.Server, IsRequeued: false, IsDeadLettered: false);
        ThrowUnless(
            ReceivedBanValidator.Parse(origin, body, ban.DetectedAt) == ban,
            "A ban that one server shares is the same ban on another server.");
    }

    private static void CheckMonitoredLine(Ban ban)
    {
        string line = MonitoredLogLine.Format(ban.DetectedAt, MonitoredLogLine.BanText(ban));
        ThrowUnless(line[^1] == '\n' && line[..^1].All(c => char.IsBetween(c, ' ', '~')), "A ban is one line of printable ASCII.");
        ThrowUnless(
            MonitoredLogLine.Parse(line[..^1]) is { IsBan: true, Ban: { } read } && read.Identity == ban.Identity,
            "A ban that was written is read back with the same identity.");
    }
}
