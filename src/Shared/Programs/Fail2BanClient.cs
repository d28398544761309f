namespace F2bBroker.Shared.Programs;

/// <summary>Runs <c>fail2ban-client</c>, which only root can do on most systems.</summary>
/// <param name="socket">fail2ban's socket; null for the one of its configuration.</param>
internal sealed class Fail2BanClient(string? socket)
{
    /// <summary>Returns the answer; null if fail2ban is not installed.</summary>
    public Task<ExternalProgram.Result?> AskAsync(CancellationToken cancel, params IEnumerable<string> question) =>
        ExternalProgram.RunAsync("fail2ban-client", [.. socket is null ? [] : new[] { "--socket", socket }, .. question], cancel);
}
