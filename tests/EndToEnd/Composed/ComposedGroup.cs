namespace F2bBroker.EndToEndTests.Composed;

/// <summary>The containers of a compose file, run by one version of Compose.</summary>
internal sealed class ComposedGroup(PrivateEngine engine, int version, string file = "docker-compose.yml")
{
    private readonly string[] environment =
        version == 1 ? ["COMPOSE_PROJECT_NAME=f2bbroker-test", "DOCKER_CONFIG=/nonexistent"] : ["COMPOSE_PROJECT_NAME=f2bbroker-test"];

    /// <summary>Returns the passwords in these settings, each once.</summary>
    public static IEnumerable<string> PasswordsIn(string logins) =>
        logins
            .Split('\n')
            .Where(line =>
                line.StartsWith("default_pass = ", StringComparison.Ordinal) || line.StartsWith("password = ", StringComparison.Ordinal))
            .Select(line => line.Split(" = ")[1]);

    public Task<string> ComposeAsync(params string[] arguments)
    {
        string[] all = ["--file", Repository.Path(file), .. arguments];
        return version == 1
            ? engine.RunAsync("docker-compose", all, environment)
            : engine.RunAsync("docker", ["compose", .. all], environment);
    }

    public Task<string> DockerAsync(params string[] arguments) => engine.RunAsync("docker", arguments, environment);

    /// <summary>Runs a command in a service's container.</summary>
    public Task<string> InAsync(string service, params string[] command) => ComposeAsync(["exec", "-T", service, .. command]);

    /// <summary>Runs the command that the README names.</summary>
    public Task<string> ShowBanAsync(string ip) => engine.RunAsync(Repository.Path("deploy/docker/show-ban.sh"), [ip], environment);

    /// <summary>Waits until the server's fail2ban reports that its jail f2bbroker bans the address.</summary>
    public async Task BansAsync(string server, string ip)
    {
        string status = "";
        await Eventually.TrueAsync(
            async () =>
            {
                status = await InAsync($"{server}-fail2ban", "fail2ban-client", "status", "f2bbroker");
                return status.Split([' ', '\t', '\n']).Contains(ip);
            },
            () => status);
    }

    /// <summary>Returns the settings with the logins of the operator and the servers.</summary>
    public async Task<string> LoginsAsync()
    {
        string logins = await InAsync("broker", "cat", "/run/f2bbroker/rabbitmq.conf");
        foreach (string server in new[] { "web1", "web2", "web3" })
        {
            logins += "\n" + await InAsync($"{server}-producer", "cat", "/run/f2bbroker/f2bbroker.local");
        }

        return logins;
    }
}
