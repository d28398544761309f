using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace F2bBroker.Contracts;

/// <summary>A parsed and valid ban of one server. Code that receives it does not check its fields again.</summary>
/// <param name="Ip">The banned address or network.</param>
/// <param name="Jail">The name of the jail as fail2ban logged it, before <see cref="JailName.Sanitize"/>.</param>
/// <param name="Server">The server's valid name.</param>
/// <param name="DetectedAt">The time of the ban in UTC, in whole milliseconds.</param>
public sealed record Ban(Subnet Ip, string Jail, string Server, DateTimeOffset DetectedAt)
{
    /// <summary>The value of <see cref="Via"/> without a name.</summary>
    public const string HiddenVia = "-";

    internal const int MaxJailLength = 200;

    // Any fixed value works. It separates these ids from other UUIDv5 values.
    // Stryker disable once all: a static value (docs/mutation.md)
    private static readonly byte[] IdNamespace = Guid.Parse("5e0ad9c8-3b0e-4a52-9a53-0d7a4f2bb0ce").ToByteArray(bigEndian: true);

    /// <summary>The time that the server's clock may be ahead of the receiver's. A ban that is dated later is refused.</summary>
    public static readonly TimeSpan MaxClockAhead = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The name of the server that reported the ban in another group, or <see cref="HiddenVia"/> if it is not known; null if the ban was
    /// not forwarded. It is not part of the identity.
    /// </summary>
    public string? Via { get; init; }

    /// <summary>
    /// The text that two reports of the same ban have in common: <c>203.0.113.7 jail=sshd server=web1
    /// detected=2026-11-23T02:44:23.706Z</c>.
    /// </summary>
    public string Identity => $"{Ip} jail={JailName.Sanitize(Jail)} server={Server} detected={UtcTimestamp.Format(DetectedAt)}";

    /// <summary>The message's id, for people and tracing.</summary>
    /// <remarks>UUIDv5 (RFC 9562) of <see cref="MonitoredLogLine.BanText"/>.</remarks>
    public Guid MessageId
    {
        get
        {
            Span<byte> id = SHA1.HashData([.. IdNamespace, .. Encoding.UTF8.GetBytes(MonitoredLogLine.BanText(this))]).AsSpan(0, 16);
            id[6] = (byte)(id[6] & 0x0f | 0x50);
            id[8] = (byte)(id[8] & 0x3f | 0x80);
            return new Guid(id, bigEndian: true);
        }
    }

    /// <summary>Returns the ban that a message reports.</summary>
    /// <exception cref="InvalidMessageException">A field is malformed.</exception>
    public static Ban Parse(BanDetected message)
    {
        Subnet ip = Subnet.ParseCanonical(message.Ip)
            ?? throw new InvalidMessageException($"ip {UntrustedText.Quote(message.Ip)} is not an address or network in canonical text");
        if (message.Jail.Length is 0 or > MaxJailLength)
        {
            throw new InvalidMessageException($"jail has {message.Jail.Length} characters, allowed are 1 to {MaxJailLength}");
        }

        if (!ServerName.IsValid(message.Server))
        {
            throw new InvalidMessageException($"server {UntrustedText.Quote(message.Server)} is not a server name ({ServerName.Rule})");
        }

        DateTimeOffset detectedAt = UtcTimestamp.Parse(message.DetectedAt)
            ?? throw new InvalidMessageException(
                $"detectedAt {UntrustedText.Quote(message.DetectedAt)} is not a UTC time such as 2026-11-23T02:44:23.706Z");
        return new Ban(ip, message.Jail, message.Server, detectedAt) { Via = ReadVia(message.Via) };
    }

    public BanDetected ToMessage() => new(Ip.ToString(), Jail, Server, UtcTimestamp.Format(DetectedAt))
    {
        Via = Via is null ? default : JsonElement.Parse($"\"{Via}\""),
    };

    // The raw text, because a text with half of a surrogate pair is JSON, but not a string.
    private static string? ReadVia(JsonElement via) =>
        via.ValueKind == JsonValueKind.Undefined ? null
        : via.GetRawText() is ['"', .. string name, '"'] && ServerName.IsValid(name) ? name
        : HiddenVia;
}
