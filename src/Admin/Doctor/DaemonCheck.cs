using System.Runtime.CompilerServices;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Programs;

namespace F2bBroker.Admin.Doctor;

/// <summary>Checks a daemon: its <c>--test</c>, and whether its unit is active.</summary>
/// <param name="program">The program, such as <c>f2bbroker-producer</c>.</param>
/// <param name="options">Further options of its <c>--test</c>.</param>
internal sealed class DaemonCheck(string program, string configuration, params IEnumerable<string> options)
{
    // The states that systemctl is-active prints under systemd. Elsewhere it prints none of these.
    private static readonly string[] States = ["active", "reloading", "inactive", "failed", "activating", "deactivating", "maintenance"];

    // What a daemon prints before an error: 2026-11-23 02:44:23.706 CRITICAL
    private const string Level = " CRITICAL ";

    public async IAsyncEnumerable<CheckResult> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        string beside = Path.Combine(AppContext.BaseDirectory, program);
        ExternalProgram.Result? test = await ExternalProgram.RunAsync(
            File.Exists(beside) ? beside : program,
            ["--config", configuration, "--test", .. options],
            cancel);
        foreach (CheckResult result in ResultsOf(test))
        {
            yield return result;
        }

        string unit = UnitOf(Path.GetFullPath(configuration));
        if (await ExternalProgram.RunAsync("systemctl", ["is-active", unit], cancel) is { } state && States.Contains(state.Output))
        {
            yield return state.Output == "active"
                ? new CheckResult($"{unit} runs")
                : new CheckResult(
                    $"{unit} is {state.Output}",
                    $"systemctl enable --now {unit}; if it does not stay up, journalctl -u {unit} shows why.");
        }
    }

    /// <summary>Returns the program's unit: <c>f2bbroker-producer@NAME</c> for another configuration in the same folder.</summary>
    private string UnitOf(string file) =>
        file != SettingsFile.DefaultPath && Path.GetDirectoryName(file) == Path.GetDirectoryName(SettingsFile.DefaultPath)
            ? $"{program}@{Path.GetFileNameWithoutExtension(file)}"
            : program;

    private IEnumerable<CheckResult> ResultsOf(ExternalProgram.Result? test) => test switch
    {
        null => [new CheckResult(program, "it is not installed beside f2bbroker, nor on the path.")],
        { IsSuccess: true } => [new CheckResult($"{program} --test")],
        _ => $"{test.Errors}\n{test.Output}"
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(line => new CheckResult($"{program} --test", line[(line.IndexOf(Level, StringComparison.Ordinal) is >= 0 and var at
                ? at + Level.Length
                : 0)..])),
    };
}
