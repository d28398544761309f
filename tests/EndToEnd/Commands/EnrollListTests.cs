using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary>Commands for many servers at once.</summary>
public sealed class EnrollListTests(TestBroker broker) : IAsyncLifetime
{
    private const UnixFileMode OwnerMayRead = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempFolder folder = new();

    private string List => folder["list"];

    private string Out => folder["out"];

    public ValueTask InitializeAsync() => new(broker.ResetAsync());

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_list_is_enrolled_and_a_second_run_changes_nothing()
    {
        await WriteListAsync("# ours", "web1", "", "web2 # new", "web1");
        Assert.Equal((0, "", "Enrolled: 2.\n"), await EnrollAsync("--uri", broker.Uri));
        Assert.Equal(OwnerMayRead | UnixFileMode.UserExecute, File.GetUnixFileMode(Out));
        Assert.Equal(["web1.local", "web2.local"], Files());
        Assert.Equal(OwnerMayRead, File.GetUnixFileMode(FileOf("web1")));
        foreach (string name in new[] { "web1", "web2" })
        {
            await using Sender login = await Sender.ConnectAsync(broker, name, PasswordOf(name));
            Assert.NotNull(await broker.GetAsync($"queues/f2b/f2b.bans.{name}"));
        }

        string first = File.ReadAllText(FileOf("web1"));
        await WriteListAsync("web1", "web2", "web3");
        Assert.Equal((0, "", "Enrolled: 1. Enrolled before and unchanged: 2.\n"), await EnrollAsync());
        Assert.Equal(first, File.ReadAllText(FileOf("web1")));
        Assert.Equal((0, "", "Enrolled: 3.\n"), await EnrollAsync("--force"));
        Assert.NotEqual(first, File.ReadAllText(FileOf("web1")));
    }

    [Theory]
    [Trait("Form", "slow")]
    [InlineData("--stream", "queuetype = stream\n")]
    [InlineData("--quorum-queue", "queuetype = quorum\n")]
    [InlineData("--role=reporter", "password = ")]
    [InlineData("--tls", "/web1.key\n")]
    public async Task A_list_takes_the_options_of_a_single_server(string option, string setting)
    {
        await WriteListAsync("web1");
        Assert.Equal((0, "", "Enrolled: 1.\n"), await EnrollAsync(option));
        Assert.Contains(setting, File.ReadAllText(FileOf("web1")));
        Assert.Equal(option == "--quorum-queue" || option == "--tls", await broker.GetAsync("queues/f2b/f2b.bans.web1") is not null);
    }

    [Fact]
    public async Task A_failure_is_reported_and_the_others_are_enrolled()
    {
        await broker.AdminAsync("enroll", "web2");
        await broker.AdminAsync("enroll", "web3", "--out", Path.Combine(Directory.CreateDirectory(Out).FullName, "web3.local"));
        Directory.CreateDirectory(FileOf("web4") + ".new");
        await WriteListAsync("web1", "web2", "web3", "web4", broker.Operator, "web5");
        (int code, string output, string errors) = await EnrollAsync("--stream");
        Assert.Equal((78, ""), (code, output));
        string[] lines = errors.Split('\n');
        Assert.Equal(
            [
                $"'web2' is enrolled already, and {FileOf("web2")} does not exist. f2bbroker enroll web2 --force --out {FileOf("web2")} "
                    + "writes it, with a new password.",
                "'web3' is enrolled already, otherwise than the options say. --force changes it, with a new password.",
            ],
            lines[..2]);
        Assert.StartsWith("'web4': --out: ", lines[2]);
        Assert.StartsWith($"'{broker.Operator}' is an operator or somebody else's user", lines[3]);
        Assert.Equal("Enrolled: 2. Failed: 4.", lines[4]);
        Assert.Equal(["web1.local", "web3.local", "web5.local"], Files());
        Assert.Null(await broker.GetAsync("users/web4"));
    }

    [Fact]
    public async Task Before_anything_is_done_invalid_lines_and_options_are_reported()
    {
        await WriteListAsync("web1", "Web_1");
        Assert.StartsWith($"{List}, line 2: 'Web_1' is not a server name.\n", (await EnrollAsync()).Errors);
        await WriteListAsync("web1");
        Assert.Equal((78, "", "--stream: a reporter receives no bans.\n"), await EnrollAsync("--stream", "--role", "reporter"));
        Assert.Equal((78, "", "Give either SERVER or --list FILE.\n"), await EnrollAsync("web1"));
        Built.Outcome noPlace = await broker.AdminAsync("enroll", "--list", List);
        Assert.Equal((78, "--list needs --out DIRECTORY.\n"), (noPlace.ExitCode, noPlace.Errors));
        Assert.False(Directory.Exists(Out));
        Assert.Null(await broker.GetAsync("users/web1"));
        Built.Outcome unreachable = await Built.RunAsync(
            Built.Admin, ["enroll", "--list", List, "--out", Out], "F2BBROKER_API=http://operator:x@127.0.0.1:1");
        Assert.Equal(69, unreachable.ExitCode);
        Assert.Single(unreachable.Errors.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_list_prints_JSON_on_request()
    {
        await broker.AdminAsync("enroll", "web2");
        await WriteListAsync("web1", "web2");
        (int code, string output, string errors) = await EnrollAsync("--json", "--stream");
        JsonNode json = JsonNode.Parse(output)!;
        Assert.Equal((78, ""), (code, errors));
        Assert.Equal(
            ("web1", FileOf("web1"), null),
            ((string?)json["servers"]![0]!["server"], (string?)json["servers"]![0]!["file"], (string?)json["servers"]![0]!["error"]));
        Assert.StartsWith("'web2' is enrolled already", (string)json["servers"]![1]!["error"]!);
        Assert.Equal("Enrolled: 1. Failed: 1.", (string)json["done"]!.AsArray()[^1]!);
    }

    [Fact]
    public async Task Rotate_and_revoke_take_several_servers_and_go_on_after_a_failure()
    {
        await WriteListAsync("web1", "web2");
        await EnrollAsync("--uri", broker.Uri);
        string old = PasswordOf("web1");
        (int code, string output, string errors) = await RunAsync("rotate", "web1", "web9", "web2", "--out", Out);
        Assert.Equal((78, ""), (code, output));
        Assert.Equal(
            [
                "'web1' has a new password; its connections are closed.",
                "'web2' has a new password; its connections are closed.",
                "'web9' is not enrolled: f2bbroker enroll web9.",
                "Rotated: 2. Failed: 1.",
            ],
            errors.TrimEnd().Split('\n'));
        Assert.NotEqual(old, PasswordOf("web1"));
        Assert.Contains($"uri = {broker.Uri}\n", File.ReadAllText(FileOf("web1")));
        await using (Sender login = await Sender.ConnectAsync(broker, "web2", PasswordOf("web2")))
        {
            (code, output, errors) = await RunAsync("rotate", "web1", "web2");
            Assert.Equal((0, 2), (code, output.Split("password = ").Length - 1));
        }

        (code, _, errors) = await RunAsync("revoke", "web1", broker.Operator, "web9", "web2");
        Assert.Equal(78, code);
        Assert.StartsWith("'web9' was not enrolled.\n'", errors);
        Assert.EndsWith("Revoked: 2. Not enrolled: 1. Failed: 1.\n", errors);
        Assert.Null(await broker.GetAsync("users/web1"));
        Assert.Null(await broker.GetAsync("queues/f2b/f2b.bans.web2"));
        Assert.Equal(78, (await RunAsync("revoke", "web1", "Web_1")).Code);
    }

    [Fact]
    public async Task Revoke_with_pardon_asks_once_and_pardons_each_server()
    {
        await WriteListAsync("web1", "web2");
        await EnrollAsync("--uri", broker.Uri);
        await using (Sender sender = await Sender.ConnectAsync(broker, "web1", PasswordOf("web1")))
        {
            await sender.PublishBanAsync("203.0.113.7");
        }

        (int code, _, string errors) = await RunAsync("revoke", "web1", "web2", "--pardon", "--amqp", broker.Uri);
        Assert.Equal(78, code);
        Assert.EndsWith("Revoke 2 servers and pardon all their bans? Give --yes to confirm.\n", errors);
        Assert.NotNull(await broker.GetAsync("users/web1"));
        (code, _, errors) = await RunAsync("revoke", "web1", "web2", "--pardon", "--yes", "--amqp", broker.Uri);
        Assert.Equal(0, code);
        Assert.StartsWith("The history shows 1 address that 2 servers reported.\n", errors);
        JsonNode pardons = JsonNode.Parse((await RunAsync("pardons", "--json", "--amqp", broker.Uri)).Output)!;
        Assert.Equal(["web1", "web2"], pardons.AsArray().Select(pardon => (string?)pardon!["server"]).Order());
    }

    [Theory]
    [Trait("Form", "soak")]
    [Trait("Form", "long")]
    [InlineData("--stream")]
    [InlineData("--role=both")]
    public async Task Many_servers_are_enrolled_and_revoked_within_a_minute(string option)
    {
        int count = Soak.Times(30, 1000);
        string[] names = [.. Enumerable.Range(1, count).Select(i => $"web{i}")];
        await WriteListAsync(names);
        long start = TimeProvider.System.GetTimestamp();
        Assert.Equal((0, "", $"Enrolled: {count}.\n"), await EnrollAsync(option));
        double enrolled = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        Assert.Equal(count, Files().Length);
        start = TimeProvider.System.GetTimestamp();
        Assert.Equal((0, "", $"Revoked: {count}.\n"), await RunAsync(["revoke", .. names]));
        double revoked = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        new SoakTable("EnrollList", "servers", "option", "enroll, seconds", "revoke, seconds")
            .Add(count, option, $"{enrolled:0.0}", $"{revoked:0.0}");
        TestContext.Current.SendDiagnosticMessage("{0} servers {1}: {2:0.0} s, {3:0.0} s", count, option, enrolled, revoked);
        Assert.InRange(enrolled, 0, 60);
        Assert.InRange(revoked, 0, 60);
    }

    private string FileOf(string name) => Path.Combine(Out, $"{name}.local");

    private string[] Files() => [.. Directory.GetFiles(Out).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private string PasswordOf(string name) => File.ReadAllLines(FileOf(name))
        .Single(line => line.StartsWith("password", StringComparison.Ordinal))
        .Split(" = ")[1];

    private Task WriteListAsync(params IEnumerable<string> lines) => File.WriteAllLinesAsync(List, lines);

    private Task<(int Code, string Output, string Errors)> EnrollAsync(params string[] options) =>
        RunAsync(["enroll", "--list", List, "--out", Out, .. options]);

    private async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        Built.Outcome outcome = await broker.AdminAsync(arguments);
        return (outcome.ExitCode, outcome.Output, outcome.Errors);
    }
}
