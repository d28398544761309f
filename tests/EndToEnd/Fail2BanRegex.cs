namespace F2bBroker.EndToEndTests;

/// <summary>The real <c>fail2ban-regex</c> with a shipped filter.</summary>
internal static class Fail2BanRegex
{
    /// <summary>
    /// Returns the lines of a log that the filter matches, in the log's order, each with the address or network that fail2ban bans.
    /// </summary>
    /// <param name="log">The path of the log.</param>
    /// <param name="filter">The name of the filter.</param>
    /// <param name="parameters">The parameters of the filter, as in jail.conf.</param>
    public static async Task<IReadOnlyList<(string Line, string Ip)>> ReadAsync(
        string log,
        string filter = "f2bbroker",
        string parameters = "")
    {
        Built.Outcome outcome = await Built.RunAsync(
            "fail2ban-regex",
            [
                "--encoding",
                "utf-8",
                "--usedns",
                "no",
                "--out",
                "<ip> <msg>",
                log,
                Repository.Path($"deploy/fail2ban/filter.d/{filter}.conf") + parameters,
            ]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return
        [
            .. outcome
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ', 2))
                .Select(pair => (pair[1], pair[0])),
        ];
    }
}
