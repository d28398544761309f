using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary>The operator's command with a real broker.</summary>
public sealed class AdminTests(TestBroker broker) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => new(broker.ResetAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Init_can_be_repeated_and_sets_the_limits_as_policies()
    {
        Built.Outcome again = await broker.AdminAsync("init");
        JsonArray policies = (JsonArray)(await broker.GetAsync("policies/f2b"))!;
        Assert.Equal((0, 8 + policies.Count), (again.ExitCode, again.Errors.Split("already exists.").Length - 1));
        JsonNode policy = (await broker.GetAsync("policies/f2b/f2b.bans-limits"))!["definition"]!;
        Assert.Equal(
            (604_800_000, 1_000_000, "drop-head"),
            ((long)policy["message-ttl"]!, (long)policy["max-length"]!, (string?)policy["overflow"]));
        Assert.Equal(536_870_912, (long)policy["max-length-bytes"]!);
        JsonNode history = (await broker.GetAsync("policies/f2b/f2b.history-limits"))!["definition"]!;
        Assert.Equal(
            ("1D", 536_870_912, 2_097_152),
            ((string?)history["max-age"], (long)history["max-length-bytes"]!, (long)history["stream-max-segment-size-bytes"]!));
        JsonNode health = (await broker.GetAsync("policies/f2b/f2b.health-limits"))!["definition"]!;
        Assert.Equal(
            ("7D", 67_108_864, 1_048_576),
            ((string?)health["max-age"], (long)health["max-length-bytes"]!, (long)health["stream-max-segment-size-bytes"]!));
        JsonNode pardons = (await broker.GetAsync("policies/f2b/f2b.pardons-limits"))!["definition"]!;
        Assert.Equal(
            (null, 268_435_456, 4_194_304),
            ((string?)pardons["max-age"], (long)pardons["max-length-bytes"]!, (long)pardons["stream-max-segment-size-bytes"]!));
    }

    [Fact]
    public async Task An_enrolled_server_has_its_queue_and_a_file_that_only_its_owner_may_read()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["local"], "# mine\n[consumer]\nmaxage = 2h\n");
        Assert.Equal(0, (await broker.AdminAsync("enroll", "web1", "--out", folder["local"], "--uri", broker.Uri)).ExitCode);
        Assert.StartsWith(
            $"# mine\n[consumer]\nmaxage = 2h\n[server]\nname = web1\n[broker]\nuri = {broker.Uri}\npassword = ",
            File.ReadAllText(folder["local"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["local"]));
        Assert.Contains("\"source\":\"f2b.bans\"", (await broker.GetAsync("queues/f2b/f2b.bans.web1/bindings"))!.ToJsonString());
    }

    [Fact]
    public async Task Enroll_without_a_file_prints_only_the_settings()
    {
        Built.Outcome enroll = await broker.AdminAsync("enroll", "web1", "--uri", "amqp://mq:5672/f2b");
        Assert.Matches(@"^\[server\]\nname = web1\n\[broker\]\nuri = amqp://mq:5672/f2b\npassword = [A-Za-z0-9]{32}\n$", enroll.Output);
    }

    [Fact]
    public async Task A_new_password_needs_force_and_closes_the_connections_of_the_old_one()
    {
        await using Server server = await Server.EnrollAsync(broker, "web1");
        Daemon consumer = await server.StartConsumerAsync();
        Built.Outcome refused = await broker.AdminAsync("enroll", "web1");
        Assert.Equal((78, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("'web1' is enrolled already. --force gives it a new password", refused.Errors);
        Assert.Equal(0, (await broker.AdminAsync("enroll", "web1", "--force")).ExitCode);
        await consumer.SaysAsync("refuses the login of 'web1'");
    }

    [Fact]
    public async Task Rotate_sets_a_new_password_closes_the_connections_and_keeps_the_other_settings()
    {
        await using Server server = await Server.EnrollAsync(broker, "web1");
        Daemon consumer = await server.StartConsumerAsync();
        string local = Path.ChangeExtension(server.Configuration, ".local");
        string old = File.ReadAllText(local);
        Built.Outcome rotated = await broker.AdminAsync("rotate", "web1", "--out", local);
        Assert.Equal((0, "'web1' has a new password; its connections are closed.\n"), (rotated.ExitCode, rotated.Errors));
        Assert.Equal(
            old[..old.IndexOf("password", StringComparison.Ordinal)],
            File.ReadAllText(local)[..old.IndexOf("password", StringComparison.Ordinal)]);
        Assert.NotEqual(old, File.ReadAllText(local));
        await consumer.SaysAsync("refuses the login of 'web1'");
        await consumer.StopAsync();
        await server.StartConsumerAsync();
        Assert.Equal((78, "'web9' is not enrolled: f2bbroker enroll web9.\n"), await RunAsync("rotate", "web9"));
        await broker.AdminAsync("enroll", "web3", "--tls");
        Assert.Equal(
            (78, "'web3' logs in by certificate and has no password: have your authority sign a new certificate.\n"),
            await RunAsync("rotate", "web3"));
    }

    [Fact]
    public async Task Commands_that_change_something_print_JSON_on_request()
    {
        JsonNode enroll = JsonNode.Parse((await broker.AdminAsync("enroll", "web1", "--json", "--uri", "amqp://mq:5672/f2b")).Output)!;
        Assert.Equal(
            ("web1", "both", null, "'web1' is enrolled."),
            ((string?)enroll["server"], (string?)enroll["role"], (string?)enroll["file"], (string?)enroll["done"]![0]));
        Assert.Matches(
            "^\\[server\\]\nname = web1\n\\[broker\\]\nuri = amqp://mq:5672/f2b\npassword = [A-Za-z0-9]{32}\n$",
            (string)enroll["settings"]!);
        Assert.Equal(
            ["Rights of 1 server: already exist.", "Exchange f2b.bans: already exists."],
            JsonNode.Parse((await broker.AdminAsync("init", "--json")).Output)!["done"]!
                .AsArray()
                .Skip(2)
                .Take(2)
                .Select(line => $"{line}"));
        Built.Outcome revoke = await broker.AdminAsync("revoke", "web1", "--json");
        Assert.Equal(("User 'web1': removed.", ""), ((string?)JsonNode.Parse(revoke.Output)!["done"]![0], revoke.Errors));
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("elsewhere")]
    public async Task The_name_of_another_user_is_refused_even_with_force(string name)
    {
        string user = name == "operator" ? broker.Operator : name;
        await broker.PutAsync("users/elsewhere", new() { ["password"] = "x", ["tags"] = "" });
        await broker.PutAsync("permissions/%2F/elsewhere", new() { ["configure"] = "", ["write"] = "", ["read"] = "" });
        foreach (string[] command in new string[][] { ["enroll", user, "--force"], ["revoke", user] })
        {
            Built.Outcome outcome = await broker.AdminAsync(command);
            Assert.Equal(78, outcome.ExitCode);
            Assert.Contains($"'{user}' is an operator or somebody else's user", outcome.Errors);
        }
    }

    [Fact]
    public async Task A_revoked_server_is_disconnected_and_its_objects_are_deleted()
    {
        await using Server server = await Server.EnrollAsync(broker, "web1");
        Daemon consumer = await server.StartConsumerAsync();
        Assert.Equal(0, (await broker.AdminAsync("revoke", "web1")).ExitCode);
        await consumer.SaysAsync("refuses the login of 'web1'");
        Assert.Null(await broker.GetAsync("users/web1"));
        foreach (string name in new[] { "f2b.bans.web1", "f2b.bans.web1_error" })
        {
            Assert.Null(await broker.GetAsync($"queues/f2b/{name}"));
            Assert.Null(await broker.GetAsync($"exchanges/f2b/{name}"));
        }

        Built.Outcome again = await broker.AdminAsync("revoke", "web1");
        Assert.Equal((0, 5), (again.ExitCode, again.Errors.Split("was not there.").Length - 1));
    }

    [Fact]
    public async Task Status_shows_connections_waiting_messages_and_refused_messages()
    {
        await using Server web1 = await Server.EnrollAsync(broker, "web1");
        await using Server web2 = await Server.EnrollAsync(broker, "web2");
        await web1.StartProducerAsync();
        await web1.StartConsumerAsync();
        await using Sender sender = await Sender.ConnectAsync(broker, web2);
        await sender.PublishAsync("{");
        await sender.DisposeAsync();
        string[] expected =
        [
            "SERVER +ROLE +TYPE +CONNECTED +WAITING +LAG +ENFORCED +ERRORS +LAST REPORT +BANS 24H +QUARANTINED BY",
            @"web1 +both +classic +consumer 0\.\d+\.0 [^ ]+, producer 0\.\d+\.0 [^ ]+ +0 +[?-] +[?-] +1 +- +0 +-",
            @"web2 +both +classic +- +1 +\? +\? +0 +- +0 +-",
            "web1 has refused 1 message: f2bbroker errors web1 shows which ones and why\\.",
            "web2's consumer was never seen within 7 days: on web2, install the settings of f2bbroker enroll, then systemctl enable --now "
                + "f2bbroker-consumer\\.",
            "web2's producer was never seen within 7 days: .*",
            @"The stream f2b\.history holds the bans since 20[^ ]+Z\.",
        ];
        string table = "";
        await Eventually.TrueAsync(
            async () => (table = (await broker.AdminAsync("status")).Output).TrimEnd().Split('\n') is { } lines
                && lines.Length == expected.Length
                && lines.Zip(expected).All(pair => Regex.IsMatch(pair.First, $"^{pair.Second}$")),
            () => table);
        JsonNode json = JsonNode.Parse((await broker.AdminAsync("status", "--json")).Output)!;
        Assert.StartsWith(
            """{"server":"web1","role":"both","connected":["consumer","producer"],"waiting":0,"errors":1,"""
            + """ "lastReport":null,"bans24h":0,"quarantinedBy":[],"doubts":[],"todo":[""".TrimStart()
            + """ "web1 has refused 1 message: f2bbroker errors web1 shows which ones and why."],""".TrimStart()
            + """ "programs":[{"program":"consumer","state":"connected","isConnected":true,"version":"0.""".TrimStart(),
            json[0]!.ToJsonString());
    }

    [Fact]
    public async Task An_operator_can_publish_a_ban_by_hand_in_the_management_UI()
    {
        await using Server server = await Server.EnrollAsync(broker, "web1");
        await server.StartConsumerAsync();
        string now = $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss}Z";
        JsonNode answer = await broker.PostAsync("exchanges/f2b/f2b.bans/publish", new()
        {
            ["routing_key"] = "",
            ["payload_encoding"] = "string",
            ["payload"] = $$"""{"ip":"203.0.113.7","jail":"manual","server":"{{broker.Operator}}","detectedAt":"{{now}}"}""",
            ["properties"] = new JsonObject { ["user_id"] = broker.Operator },
        });
        Assert.True((bool)answer["routed"]!);
        await server.HasBansAsync(1);
        Assert.StartsWith($"Ban 203.0.113.7 jail=manual server={broker.Operator} detected=", server.Bans[0]);
    }

    [Fact]
    public async Task Ban_reports_an_address_under_the_operators_own_login()
    {
        await using Server server = await Server.EnrollAsync(broker, "web1");
        await server.StartConsumerAsync();
        Assert.Equal((78, "'203.0.113' is not an address or network.\n"), await RunAsync("ban", "203.0.113"));
        Assert.Equal(
            (78, "--jail: jail has 201 characters, allowed are 1 to 200.\n"),
            await RunAsync("ban", "203.0.113.7", "--jail", new string('x', 201)));
        Assert.Equal((78, "The value of --jail is empty.\n\n"), await RunAsync("ban", "203.0.113.7", "--jail", ""));
        Built.Outcome ban = await broker.AdminAsync("ban", "2001:DB8::7", "--jail", "noticed");
        await server.HasBansAsync(1);
        Assert.StartsWith($"Ban 2001:db8::7 jail=noticed server={broker.Operator} detected=", server.Bans[0]);
        Assert.StartsWith($"Published: {server.Bans[0]}. ", ban.Errors);
        await broker.AdminAsync("revoke", "web1");
        await broker.DeleteAsync("queues/f2b/f2b.history");
        Assert.Equal(
            (1, "No queue is bound to f2b.bans, so no server received it. f2bbroker enroll creates queues.\n"),
            await RunAsync("ban", "203.0.113.8"));
    }

    [Theory]
    [InlineData("http://operator:wrong@{0}", 78, "The broker refuses 'operator': ")]
    [InlineData(
        "http://operator:wrong@127.0.0.1:1",
        69,
        "The management API at http://127.0.0.1:1/ cannot be reached: Connection refused.")]
    [InlineData("ftp://operator:wrong@127.0.0.1", 78, "F2BBROKER_API holds no URL of the form https://USER:PASSWORD@HOST:15671.")]
    [InlineData("http://{0}", 78, "No login is given.")]
    [InlineData("", 78, "No management API is named.")]
    public async Task A_failed_login_to_the_API_is_reported(string api, int exitCode, string message)
    {
        string url = string.Format(System.Globalization.CultureInfo.InvariantCulture, api, new Uri(broker.Api).Authority);
        Built.Outcome outcome = await Built.RunAsync(Built.Admin, ["status"], $"F2BBROKER_API={url}");
        Assert.Contains(message, outcome.Errors);
        Assert.DoesNotContain("wrong", outcome.Errors);
        Assert.Equal(exitCode, outcome.ExitCode);
    }

    [Fact]
    public async Task An_invalid_name_and_a_broker_without_init_are_reported()
    {
        Built.Outcome name = await broker.AdminAsync("enroll", "Web_1");
        Assert.Equal(
            (78, true),
            (name.ExitCode, name.Errors.Contains("'Web_1' is not a server name: 1 to 63 characters", StringComparison.Ordinal)));
        await broker.DeleteAsync("exchanges/f2b/f2b.bans");
        Built.Outcome enroll = await broker.AdminAsync("enroll", "web1");
        Assert.Equal(1, enroll.ExitCode);
        Assert.Contains(
            "no exchange 'f2b.bans' in vhost 'f2b' (404). If an object of the group is missing, f2bbroker init creates it.\n",
            enroll.Errors);
        await broker.DeleteAsync("vhosts/f2b");
        Built.Outcome status = await broker.AdminAsync("status");
        Assert.Equal(78, status.ExitCode);
        Assert.Contains("The broker has no virtual host f2b: run f2bbroker init first.\n", status.Errors);
    }

    private async Task<(int Code, string Errors)> RunAsync(params string[] arguments)
    {
        Built.Outcome outcome = await broker.AdminAsync(arguments);
        return (outcome.ExitCode, outcome.Errors);
    }
}
