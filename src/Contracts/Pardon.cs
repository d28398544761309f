namespace F2bBroker.Contracts;

/// <summary>A parsed and valid pardon. Code that receives it does not check its fields again.</summary>
/// <param name="Ip">The pardoned address or network; null if a server is pardoned.</param>
/// <param name="Server">The pardoned server; null if an address or network is pardoned.</param>
/// <param name="Operator">The operator's valid name.</param>
/// <param name="PardonedAt">The time of the pardon by the operator's clock, in UTC.</param>
/// <param name="Until">The end, in UTC; null if it never ends.</param>
/// <param name="Reason">Free text; empty if there is none.</param>
public sealed record Pardon(
    Subnet? Ip,
    string? Server,
    string Operator,
    DateTimeOffset PardonedAt,
    DateTimeOffset? Until,
    string Reason)
{
    /// <summary>The maximum length of the reason, in characters.</summary>
    public const int MaxReasonLength = 200;

    /// <summary>What is pardoned, for messages: <c>203.0.113.7</c> or <c>server web9</c>.</summary>
    public string Subject => Ip?.ToString() ?? $"server {Server}";

    /// <summary>Returns the pardon of a message.</summary>
    /// <exception cref="InvalidMessageException">A field is malformed.</exception>
    public static Pardon Parse(PardonMessage message)
    {
        if (message.Ip is null == message.Server is null)
        {
            throw new InvalidMessageException("either ip or server is required, and not both");
        }

        Require(ServerName.IsValid(message.Operator), "operator", message.Operator, $"is not a valid name ({ServerName.Rule})");
        if (message.Server is { } server)
        {
            Require(ServerName.IsValid(server), "server", server, $"is not a server name ({ServerName.Rule})");
        }

        if (message.Reason?.Length > MaxReasonLength)
        {
            throw new InvalidMessageException($"reason has {message.Reason.Length} characters, allowed are {MaxReasonLength}");
        }

        return new Pardon(
            message.Ip is { } ip
                ? Subnet.ParseCanonical(ip) ?? throw Invalid("ip", ip, "is not an address or network in canonical text")
                : null,
            message.Server,
            message.Operator,
            ParseTime("pardonedAt", message.PardonedAt),
            message.Until is { } until ? ParseTime("until", until) : null,
            message.Reason ?? "");
    }

    /// <summary>
    /// Returns true if the ban is taken back: its address overlaps, or its server is pardoned, and it is older than the end.
    /// </summary>
    public bool Covers(Ban ban) =>
        (Ip?.Overlaps(ban.Ip) ?? Server == ban.Server) && (Until is not { } until || ban.DetectedAt < until);

    /// <summary>
    /// Returns true if the pardon has not ended. A message that ends a pardon is never in force, whatever the clocks are.
    /// </summary>
    public bool IsInForce(DateTimeOffset now) => Until is not { } until || (until > now && until > PardonedAt);

    public PardonMessage ToMessage() =>
        new(Operator, UtcTimestamp.Format(PardonedAt), Until is { } until ? UtcTimestamp.Format(until) : null)
        {
            Ip = Ip?.ToString(),
            Server = Server,
            Reason = Reason.Length > 0 ? Reason : null,
        };

    private static DateTimeOffset ParseTime(string field, string text) =>
        UtcTimestamp.Parse(text) ?? throw Invalid(field, text, "is not a UTC time such as 2026-11-23T02:44:23.706Z");

    private static void Require(bool isValid, string field, string text, string rule)
    {
        if (!isValid)
        {
            throw Invalid(field, text, rule);
        }
    }

    private static InvalidMessageException Invalid(string field, string text, string rule) =>
        new($"{field} {UntrustedText.Quote(text)} {rule}");
}
