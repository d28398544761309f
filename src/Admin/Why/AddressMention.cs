using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Why;

/// <summary>Finds an address in text that is not a valid message, in any spelling.</summary>
internal static partial class AddressMention
{
    // 203.0.113.7, 2001:DB8::1, 203.0.113.77/24
    [GeneratedRegex(@"[0-9A-Fa-f:.]*[:.][0-9A-Fa-f:.]+(/[0-9]{1,3})?")]
    private static partial Regex Candidate { get; }

    /// <summary>Returns true if the text contains an address or network that overlaps this one.</summary>
    public static bool IsIn(string text, Subnet address) =>
        Candidate.Matches(text).Any(candidate => Subnet.Parse(candidate.Value)?.Overlaps(address) == true);
}
