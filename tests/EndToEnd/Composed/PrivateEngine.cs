namespace F2bBroker.EndToEndTests.Composed;

/// <summary>A container engine with local images under the public names. Disposing it removes engine and images.</summary>
/// <remarks>
/// For repeated runs, <c>F2BBROKER_ENGINE</c> names the folder of an engine that <c>docker.sh</c> has started. It is not stopped.
/// </remarks>
public sealed class PrivateEngine : DebianFixture
{
    // Creating the images takes five minutes on an idle machine with two cores.
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMinutes(40);

    private readonly TempFolder folder = new();
    private bool isStarted;
    private string[] environment = [];

    /// <summary>Runs a client of the engine and asserts that it succeeds. Returns its output.</summary>
    /// <param name="more">Additional variables, each <c>NAME=value</c>.</param>
    public async Task<string> RunAsync(string program, IEnumerable<string> arguments, params IEnumerable<string> more)
    {
        string[] list = [.. arguments];
        Built.Outcome outcome = await Built.RunAsync(CommandTimeout, program, list, [.. environment, .. more]);
        Assert.True(outcome.ExitCode == 0, $"{program} {string.Join(' ', list)}\n{outcome.Output}{outcome.Errors}");
        return outcome.Output.Trim();
    }

    public override async ValueTask DisposeAsync()
    {
        if (isStarted)
        {
            await ScriptAsync("stop");
        }

        folder.Dispose();
    }

    protected override Task<string?> FindObstacleAsync() =>
        Running is null ? base.FindObstacleAsync() : Task.FromResult<string?>(null);

    protected override async Task SetUpAsync()
    {
        if (Running is not null)
        {
            environment = await File.ReadAllLinesAsync(Path.Combine(Running, "env"));
            return;
        }

        isStarted = true;
        await ScriptAsync("start");
        environment = await File.ReadAllLinesAsync(folder["env"]);
        await Task.WhenAll(ScriptAsync("images", "dotnet"), ScriptAsync("images", "rabbitmq"));
    }

    /// <summary>The folder of an engine that is already running; null if the fixture starts one.</summary>
    private static string? Running => Environment.GetEnvironmentVariable("F2BBROKER_ENGINE");

    private async Task ScriptAsync(string command, params IEnumerable<string> arguments)
    {
        Built.Outcome outcome = await Built.RunAsync(
            CommandTimeout,
            Repository.Path("tests/real/docker.sh"),
            [command, folder.Path, .. arguments]);
        Assert.True(outcome.ExitCode == 0, $"{outcome.Output}{outcome.Errors}");
    }
}
