namespace F2bBroker.EndToEndTests.Composed;

/// <summary>A container engine with local images under the public names. Disposing it removes all of it.</summary>
/// <remarks>
/// For repeated runs: <c>F2BBROKER_ENGINE</c> names the folder of one that <c>docker.sh</c> has started, which is left as it is.
/// </remarks>
public sealed class PrivateEngine : IAsyncLifetime
{
    // The images are made in five minutes on an idle machine with two cores.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(40);

    private readonly TempFolder folder = new();
    private bool isStarted;
    private string[] environment = [];

    /// <summary>Why there is none, or null.</summary>
    public string? Obstacle { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("F2BBROKER_ENGINE") is { } other)
        {
            environment = await File.ReadAllLinesAsync(Path.Combine(other, "env"));
            return;
        }

        Obstacle = await DebianRoot.ObstacleAsync();
        if (Obstacle is not null)
        {
            return;
        }

        isStarted = true;
        await ScriptAsync("start");
        environment = await File.ReadAllLinesAsync(folder["env"]);
        await Task.WhenAll(ScriptAsync("images", "dotnet"), ScriptAsync("images", "rabbitmq"));
    }

    /// <summary>Runs a client of it to its end; it has to succeed. Gives what it prints.</summary>
    /// <param name="more">More variables, each <c>NAME=value</c>.</param>
    public async Task<string> RunAsync(string program, IEnumerable<string> arguments, params IEnumerable<string> more)
    {
        string[] list = [.. arguments];
        Built.Outcome outcome = await Built.RunAsync(Patience, program, list, [.. environment, .. more]);
        Assert.True(outcome.ExitCode == 0, $"{program} {string.Join(' ', list)}\n{outcome.Output}{outcome.Errors}");
        return outcome.Output.Trim();
    }

    public async ValueTask DisposeAsync()
    {
        if (isStarted)
        {
            await ScriptAsync("stop");
        }

        folder.Dispose();
    }

    private async Task ScriptAsync(string command, params IEnumerable<string> arguments)
    {
        Built.Outcome outcome = await Built.RunAsync(
            Patience,
            Repository.Path("tests/real/docker.sh"),
            [command, folder.Path, .. arguments]);
        Assert.True(outcome.ExitCode == 0, $"{outcome.Output}{outcome.Errors}");
    }
}
