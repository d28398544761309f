using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Admin.Pardons;

/// <summary>Validates what the operator asks for, before anything is published.</summary>
internal static class PardonRequest
{
    /// <summary>The duration without <c>--for</c>: as long as a ban of the jail f2bbroker, and as old as a ban may be.</summary>
    public const string DefaultDuration = "1d";

    /// <summary>Bans wait in a queue for at most as long (the policy f2b.bans-limits).</summary>
    public static readonly TimeSpan ServerDuration = TimeSpan.FromDays(7);

    private static readonly TimeSpan MaxDuration = TimeSpan.FromDays(3660);

    /// <exception cref="CommandFailedException">The text is not an address or network.</exception>
    public static Subnet ParseAddress(string text) =>
        Subnet.Parse(text)
        ?? throw Invalid(
            $"{UntrustedText.Quote(text)} is not an address or network. To pardon the bans of a server: f2bbroker revoke SERVER --pardon.");

    /// <summary>Returns null for a pardon without end.</summary>
    /// <param name="text">The value of <c>--for</c>; null if it is not given.</param>
    /// <exception cref="CommandFailedException">The options contradict each other, or the text is not a duration.</exception>
    public static TimeSpan? ParseDuration(string? text, bool isForever) =>
        isForever
            ? text is null ? null : throw Invalid("Give --for or --forever, not both.")
            : Duration.Parse(text ?? DefaultDuration) is { Ticks: > 0 } duration && duration <= MaxDuration
                ? duration
                : throw Invalid(
                    $"--for: {UntrustedText.Quote(text!)} is not a duration of at most {MaxDuration.TotalDays} days such as 12h or 1d. "
                        + "--forever has no end.");

    /// <exception cref="CommandFailedException">The network is wide, and the operator has not confirmed it.</exception>
    public static void ConfirmWidth(Subnet ip, bool isConfirmed)
    {
        int narrowest = ip.IsIPv4 ? 16 : 32;
        if (ip.PrefixLength < narrowest && !isConfirmed)
        {
            throw Invalid($"{ip} is wider than /{narrowest}: no server would ban an address in it. Give --yes if you mean it.");
        }
    }

    /// <summary>Returns the pardon in force that is to be ended.</summary>
    /// <param name="subject">An address or network, or a server.</param>
    /// <exception cref="CommandFailedException">There is none, or a pardoned network contains the address.</exception>
    public static Pardon FindToEnd(string subject, PardonList pardons, DateTimeOffset now)
    {
        Pardon[] inForce = [.. pardons.All.Where(pardon => pardon.IsInForce(now))];
        if (Subnet.Parse(subject) is not { } ip)
        {
            return inForce.FirstOrDefault(pardon => pardon.Server == subject)
                ?? throw Invalid($"{UntrustedText.Quote(subject)} is not an address or network, and no server of that name is pardoned.");
        }

        return inForce.FirstOrDefault(pardon =>
            pardon.Ip is { } network && network.PrefixLength < ip.PrefixLength && network.Overlaps(ip)) is { } wider
            ? throw Invalid($"{PardonFormat.Sentence(wider)}, which contains {ip}. End that pardon: f2bbroker pardon {wider.Ip} --end.")
            : inForce.FirstOrDefault(pardon => ip.Equals(pardon.Ip)) ?? throw Invalid($"No pardon of {ip} is in force: f2bbroker pardons.");
    }

    private static CommandFailedException Invalid(string message) => new(ExitCode.Configuration, message);
}
