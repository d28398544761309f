using F2bBroker.Admin.Health;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;
using static F2bBroker.Fuzz.BrokenRuleException;

namespace F2bBroker.Fuzz.Targets;

/// <summary>The body of a ban of web1, of a pardon by alice, or of a health message of web1.</summary>
internal static class MessageBodyTarget
{
    private const int MaxReasonLength = 200;

    private static readonly BasicProperties OfServer = new() { UserId = "web1" };
    private static readonly BasicProperties OfOperator = new() { UserId = "alice" };

    public static void Run(byte[] body)
    {
        CheckBan(body);
        CheckPardon(body);
        CheckHealth(body);
    }

    private static void CheckBan(byte[] body)
    {
        if (Accept(() => ReceivedBanValidator.Parse(OfServer, body, FixedTime.Now)) is not { } ban)
        {
            return;
        }

        ThrowUnless(ban.Server == "web1", "A server reports only under its own name.");
        ThrowUnless(ban.DetectedAt <= FixedTime.Now + Ban.MaxClockAhead, "A ban is not from the future.");
        ThrowUnless(ban.Via is null or Ban.HiddenVia || ServerName.IsValid(ban.Via), "A forwarded ban names a server or nobody.");
        BanRules.CheckAddress(ban, ban.Ip.ToString());
        BanRules.Check(ban);
    }

    private static void CheckPardon(byte[] body)
    {
        if (Accept(() => ReceivedPardonValidator.Parse(Topology.PardonsExchange, OfOperator, body)) is not { } pardon)
        {
            return;
        }

        ThrowUnless(pardon.Operator == "alice" && pardon.Ip is null != pardon.Server is null, "An operator pardons one address or server.");
        ThrowUnless(Pardon.Parse(pardon.ToMessage()) == pardon, "A pardon that was sent again is the same pardon.");
        Subnet ip = pardon.Ip ?? Subnet.ParseCanonical("192.0.2.0/24")!;
        string line = MonitoredLogLine.Format(FixedTime.Now, PardonLine.FormatText(pardon, ip));
        ThrowUnless(
            PardonLine.Parse(line.TrimEnd('\n')) is { } read && read.Ip.Equals(ip) && read.Until == pardon.Until,
            "A pardon that was written is read back.");
    }

    private static void CheckHealth(byte[] body)
    {
        StreamMessage message = new(0, 0, Topology.HealthExchange, OfServer, body);
        if (Accept(() => HealthMessageReader.Parse(message)) is { } health)
        {
            ThrowUnless(health.Server == "web1", "A server reports only its own health.");
            HealthMessage again = HealthJson.Parse(HealthJson.Serialize(health));
            ThrowUnless(
                (again.Program, again.Version, again.At) == (health.Program, health.Version, health.At),
                "A health message that was sent again is the same message.");
        }
    }

    /// <summary>Returns what a parser reads; null if it refuses the message.</summary>
    private static T? Accept<T>(Func<T> parse)
        where T : class
    {
        try
        {
            return parse();
        }
        catch (InvalidMessageException refusal)
        {
            ThrowUnless(
                refusal.Message.Length is > 0 and <= MaxReasonLength && refusal.Message.All(c => char.IsBetween(c, ' ', '~')),
                "The reason for a refusal is a short text that cannot control a terminal.");
            return null;
        }
    }
}
