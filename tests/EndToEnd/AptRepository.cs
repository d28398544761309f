using System.Text.RegularExpressions;
using F2bBroker.EndToEndTests.Machines;

namespace F2bBroker.EndToEndTests;

/// <summary>A signed apt repository, created and used with the commands of <c>docs/install.md</c>, and its web server.</summary>
internal sealed class AptRepository : IAsyncDisposable
{
    private const string Page = "docs/install.md";

    private readonly TempFolder home = new();
    private Daemon? server;
    private string url = "";

    private AptRepository() => Directory.CreateDirectory(
        home["gnupg"],
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    /// <summary>The folder that is served.</summary>
    public string Folder => home["packages"];

    /// <summary>The file with the public key.</summary>
    public string Key => Path.Combine(Folder, "f2bbroker.asc");

    /// <summary>The commands that install the package from it on a server, which has the key in its working folder.</summary>
    public string InstallCommands =>
        Documented.Commands(Page, "**On each server**").Replace("https://packages.example.net", url, StringComparison.Ordinal);

    private static string[] PublishCommands => Documented.Commands(Page, "## From your own repository").Split('\n');

    /// <summary>Creates a key and publishes a package.</summary>
    public static async Task<AptRepository> CreateAsync(string package)
    {
        AptRepository repository = new();
        await repository.RunAsync(PublishCommands[0].Replace("gpg ", "gpg --batch --passphrase '' ", StringComparison.Ordinal));
        await repository.PublishAsync(package);
        return repository;
    }

    /// <summary>Publishes a package.</summary>
    public async Task PublishAsync(string package)
    {
        Built.Outcome outcome = await TryPublishAsync(package);
        Assert.True(outcome.ExitCode == 0, $"{outcome.Output}{outcome.Errors}");
    }

    public Task<Built.Outcome> TryPublishAsync(string package) => TryAsync(Regex.Replace(
        PublishCommands[1].Replace("/srv/packages", Folder, StringComparison.Ordinal),
        "f2bbroker_[^ ]+[.]deb",
        package));

    /// <summary>Runs a command in the repository of the sources, with the publisher's GnuPG. Returns the output.</summary>
    public async Task<string> RunAsync(string command)
    {
        Built.Outcome outcome = await TryAsync(command);
        Assert.True(outcome.ExitCode == 0, $"{command}\n{outcome.Output}{outcome.Errors}");
        return outcome.Output.Trim();
    }

    /// <summary>Starts a web server on a free port.</summary>
    /// <param name="enter">A command that runs another one, in the network of the address.</param>
    public async Task ServeAsync(string address, params string[] enter)
    {
        string[] command = [.. enter, "/usr/bin/python3", "-u", "-m", "http.server", "0", "--bind", address, "--directory", Folder];
        server = new Daemon(command[0], command[1..]);
        await server.SaysAsync("Serving HTTP on");
        url = $"http://{address}:{Regex.Match(server.Said, "port ([0-9]+)").Groups[1].Value}";
    }

    public async ValueTask DisposeAsync()
    {
        await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
        await TryAsync("gpgconf --kill all");
        home.Dispose();
    }

    private Task<Built.Outcome> TryAsync(string command) =>
        Built.RunAsync("bash", ["-ec", $"cd '{Repository.Path(".")}'\n{command}"], $"GNUPGHOME={home["gnupg"]}");
}
