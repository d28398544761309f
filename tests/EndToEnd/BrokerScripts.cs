namespace F2bBroker.EndToEndTests;

/// <summary>Runs <c>broker.sh</c> and <c>cluster.sh</c> in <c>tests/real</c>, and reads what a broker writes into its folder.</summary>
internal static class BrokerScripts
{
    /// <summary>Returns the script's output.</summary>
    /// <param name="environment">Variables, each <c>NAME=value</c>.</param>
    public static async Task<string> RunAsync(string script, IEnumerable<string> arguments, params IEnumerable<string> environment)
    {
        Built.Outcome outcome = await Built.RunAsync(Repository.Path($"tests/real/{script}"), arguments, environment);
        // rabbitmqctl colours its errors, and the XML of a result file cannot contain the escape character.
        Assert.True(outcome.ExitCode == 0, outcome.Errors.Replace("\u001b", "", StringComparison.Ordinal));
        return outcome.Output;
    }

    /// <summary>Returns the values of the file <c>env</c>.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadValuesAsync(string folder) =>
        (await File.ReadAllLinesAsync(Path.Combine(folder, "env")))
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>Returns the number of lines of the broker's log that contain the text.</summary>
    public static int CountLogged(string folder, string text) => FindLogged(folder, text).Count();

    /// <summary>Returns the lines of the broker's log that contain the text.</summary>
    public static IEnumerable<string> FindLogged(string folder, string text) =>
        Directory.EnumerateFiles(Path.Combine(folder, "log"), "*.log")
            .SelectMany(File.ReadLines)
            .Where(line => line.Contains(text, StringComparison.Ordinal));
}
