using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace F2bBroker.EndToEndTests.Health;

/// <summary><c>f2bbroker status</c> while the broker's statistics are switched off, or do not contain a connection yet.</summary>
[Trait("Form", "slow")]
public sealed class StatisticsTests : RunningBroker, IAsyncLifetime
{
    private const string SwitchedOff =
        "The broker's statistics are switched off: programs that send no health messages (?), and their clocks";

    private readonly LocalBroker local = new();
    private Server web1 = null!;
    private Server web2 = null!;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await (web1?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (web2?.DisposeAsync() ?? ValueTask.CompletedTask);
        CloseApi();
        await local.DisposeAsync();
    }

    [Theory]
    [InlineData("management_agent.disable_metrics_collector = true")]
    [InlineData("management.disable_stats = true")]
    public async Task With_statistics_switched_off_messages_are_counted_and_a_connected_program_is_not_missed(string setting)
    {
        await StartAsync(setting);
        await using Sender sender = await Sender.ConnectAsync(this, web2);
        await sender.PublishAsync("{");
        await sender.PublishBanAsync("203.0.113.7");
        await sender.DisposeAsync();
        await web1.HasBansAsync(1);
        await using Sender reporting = await Sender.ConnectAsync(this, web1);
        await reporting.PublishHealthAsync("consumer");
        await reporting.PublishHealthAsync("producer");
        await reporting.DisposeAsync();
        string[] expected =
        [
            @"web1 +both +classic +consumer 0\.\d+\.0 [^ ]+, producer 0\.\d+\.0 [^ ]+ +0 +[^ ]+ +[^ ]+ +1 +- +0 +-",
            @"web2 +both +classic +- +2 +\? +\? +0 +2[^ ]+ +1 +-",
            "web1 has refused 1 message: .*",
            "web2's consumer was never seen .*",
            "web2's producer was never seen .*",
            $"{Regex.Escape(SwitchedOff)} are not checked.",
            @"The stream f2b\.history holds the bans since .*",
        ];
        string status = "";
        await Eventually.TrueAsync(
            async () => (status = await StatusAsync()).TrimEnd().Split('\n')[1..] is { } lines
                && lines.Length == expected.Length
                && lines.Zip(expected).All(pair => Regex.IsMatch(pair.First, $"^{pair.Second}$")),
            () => status);
        JsonNode json = JsonNode.Parse(await StatusAsync("--json"))!;
        Assert.Equal(2, json[0]!["connected"]!.AsArray().Count);
        Assert.Equal((0, 1, 1), ((int)json[0]!["waiting"]!, (int)json[0]!["errors"]!, json[0]!["todo"]!.AsArray().Count));
        Assert.Empty(json[1]!["connected"]!.AsArray());
        await OtherCommandsWorkAsync();
    }

    [Fact]
    public async Task With_statistics_switched_off_an_operator_policy_is_said_to_be_unchecked_and_another_policy_is_named()
    {
        await StartAsync("management_agent.disable_metrics_collector = true");
        await PutAsync("operator-policies/f2b/cap", new()
        {
            ["pattern"] = ".*",
            ["apply-to"] = "queues",
            ["definition"] = new JsonObject { ["max-length"] = 10 },
        });
        await PutAsync("policies/f2b/all", new()
        {
            ["pattern"] = ".*",
            ["priority"] = 1,
            ["definition"] = new JsonObject { ["max-length"] = 20 },
        });
        const string other = "The policy 'all' applies instead of f2b.bans-limits to ";
        string status = "";
        await Eventually.TrueAsync(
            async () => (status = await StatusAsync()).Contains(other, StringComparison.Ordinal),
            () => status);
        Assert.Contains($"{SwitchedOff}, and operator policies are not checked.", status);
    }

    [Fact]
    public async Task A_connection_that_is_not_in_the_statistics_yet_is_not_missed()
    {
        // Each table of the statistics is filled only once in ten minutes.
        await local.ConfigureAsync(
            "{rabbitmq_management_agent, [{sample_retention_policies, [{global, [{6000, 600}]}, {basic, [{6000, 600}]}, "
                + "{detailed, [{6000, 600}]}]}]}");
        await StartAsync();
        string status = await StatusAsync();
        Assert.Matches(@"(?m)^web1 +both +classic +(\?|consumer .*, producer .*) +0 +[?-] +[?-] +0 +- +0 +-$", status);
        Assert.DoesNotContain("web1's", status);
        Assert.DoesNotContain("statistics", status);
    }

    private async Task OtherCommandsWorkAsync()
    {
        Assert.Contains("1 of web2: ", (await AdminAsync("errors", "web1", "--amqp", Uri)).Output);
        foreach (string command in new[] { "ban 203.0.113.8", $"history --amqp {Uri}", "rotate web2", "revoke web2" })
        {
            Built.Outcome outcome = await AdminAsync(command.Split(' '));
            Assert.True(outcome.ExitCode == 0, $"{command}: {outcome.Errors}");
        }

        await web1.HasBansAsync(2);
        Assert.Null(await GetAsync("queues/f2b/f2b.bans.web2"));
    }

    /// <summary>Starts the broker with these lines in its configuration, and both daemons of web1.</summary>
    private async Task StartAsync(params string[] settings)
    {
        await local.ConfigureAsync(settings);
        await local.StartAsync();
        SetAddress("127.0.0.1", local.Port, local.Api);
        Assert.Equal("Virtual host f2b: created.", (await InitAsync())[0]);
        Assert.All(await InitAsync(), line => Assert.EndsWith(": already exists.", line));
        web1 = await Server.EnrollAsync(this, "web1");
        web2 = await Server.EnrollAsync(this, "web2");
        await web1.StartConsumerAsync();
        await web1.StartProducerAsync();
    }

    private async Task<string[]> InitAsync()
    {
        Built.Outcome init = await AdminAsync("init");
        Assert.True(init.ExitCode == 0, init.Errors);
        return init.Errors.TrimEnd().Split('\n');
    }

    private async Task<string> StatusAsync(params string[] options) =>
        (await AdminAsync(["status", "--amqp", Uri, .. options])).Output;
}
