using System.Runtime.CompilerServices;

namespace F2bBroker.Admin.Doctor;

/// <summary>Checks a daemon: its <c>--test</c>, and whether its unit is active.</summary>
/// <param name="program">The program, such as <c>f2bbroker-producer</c>.</param>
internal sealed class DaemonCheck(string program, string configuration)
{
    // The states that systemctl is-active prints under systemd. Elsewhere it prints none of these.
    private static readonly string[] States = ["active", "reloading", "inactive", "failed", "activating", "deactivating", "maintenance"];

    public async IAsyncEnumerable<CheckResult> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        string beside = Path.Combine(AppContext.BaseDirectory, program);
        ExternalProgram.Result? test = await ExternalProgram.RunAsync(
            File.Exists(beside) ? beside : program,
            ["--config", configuration, "--test"],
            cancel);
        yield return test switch
        {
            null => new CheckResult(program, "it is not installed beside f2bbroker, nor on the path."),
            { IsSuccess: true } => new CheckResult($"{program} --test"),
            _ => new CheckResult($"{program} --test", test.AllOutput),
        };
        if (await ExternalProgram.RunAsync("systemctl", ["is-active", program], cancel) is { } state && States.Contains(state.Output))
        {
            yield return state.Output == "active"
                ? new CheckResult($"{program} runs")
                : new CheckResult(
                    $"{program} is {state.Output}",
                    $"systemctl enable --now {program}; if it does not stay up, journalctl -u {program} shows why.");
        }
    }
}
