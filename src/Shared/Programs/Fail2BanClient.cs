using System.Text.RegularExpressions;

namespace F2bBroker.Shared.Programs;

/// <summary>Runs <c>fail2ban-client</c>, which only root can do on most systems.</summary>
/// <param name="socket">fail2ban's socket; null for the one of its configuration.</param>
internal sealed partial class Fail2BanClient(string? socket)
{
    // `- Jail list:	sshd, f2bbroker
    [GeneratedRegex(@"Jail list:\s*(?<jails>.+)", RegexOptions.ExplicitCapture)]
    private static partial Regex JailList { get; }

    /// <summary>Returns the names of the jails in the answer to <c>status</c>.</summary>
    public static IReadOnlyList<string> ParseJails(string status) =>
        JailList.Match(status) is { Success: true } list ? list.Groups["jails"].Value.Split(", ") : [];

    /// <summary>Returns the answer; null if fail2ban is not installed.</summary>
    public Task<ExternalProgram.Result?> AskAsync(CancellationToken cancel, params IEnumerable<string> question) =>
        ExternalProgram.RunAsync("fail2ban-client", [.. socket is null ? [] : new[] { "--socket", socket }, .. question], cancel);
}
