using System.Text;
using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary>The commands of <c>f2bbroker</c> that read the stream.</summary>
public sealed class HistoryCommandTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Sender web1 = null!;
    private Sender web3 = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        web1 = await group.EnrollSenderAsync("web1");
        web3 = await group.EnrollSenderAsync("web3");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task History_prints_each_genuine_ban_once_as_text_json_or_csv()
    {
        string twice = web1.Body("203.0.113.1");
        await web1.PublishAsync(twice);
        await web1.PublishAsync(twice);
        await web3.PublishAsync("""{"ip":"203.0.113.2","jail":"a,\"b\u001b","server":"web3","detectedAt":"2026-01-01T00:00:00.000Z"}""");
        await web3.PublishAsync(web3.Body("203.0.113.3", server: "web1"));
        await web3.PublishAsync("hello");
        Built.Outcome text = await HistoryAsync("--since", "365d");
        Assert.Matches(
            @"^[^ ]+Z  203\.0\.113\.1      sshd        web1\n2026-01-01T00:00:00\.000Z  203\.0\.113\.2      a__b_       web3\n$",
            text.Output);
        Assert.Equal("Not shown: 2 messages of 'web3' that break the protocol.\n", text.Errors);
        JsonNode json = JsonNode.Parse((await HistoryAsync("--json")).Output)!;
        Assert.Equal(["203.0.113.1"], json.AsArray().Select(ban => (string?)ban!["ip"]));
        Assert.Equal(
            "detectedAt,server,jail,ip,via\n2026-01-01T00:00:00.000Z,web3,a__b_,203.0.113.2,\n",
            (await HistoryAsync("--csv", "--since", "52w", "--server", "web3")).Output);
        Assert.Equal("[]\n", (await HistoryAsync("--json", "--jail", "other")).Output);
        Assert.Equal(
            (78, "--amqp or F2BBROKER_AMQP: 'mq' is not of the form amqps://host:port/vhost.\n"),
            await FailsAsync("--amqp", "mq"));
        Assert.Equal(
            (78, "--since: 'soon' is not a duration of at most 366 days such as 1h or 1d.\n"),
            await FailsAsync("--since", "soon"));
    }

    [Fact]
    [Trait("Form", "slow")]
    public async Task History_contains_what_was_confirmed_before_it_and_ends_while_more_bans_flow()
    {
        using CancellationTokenSource end = new();
        Task flow = FlowAsync(web3, end.Token);
        HashSet<string> confirmed = [];
        for (int round = 0; round < 5; round++)
        {
            // More than the broker sends before the first acknowledgement.
            string[] burst = [.. Enumerable.Range(1, 700).Select(i => $"198.18.{round * 10 + i / 250}.{i % 250}")];
            await web1.PublishAllAsync(burst.Select(ip => Encoding.UTF8.GetBytes(web1.Body(ip))));
            confirmed.UnionWith(burst);
            string csv = (await HistoryAsync("--csv", "--server", "web1")).Output;
            Assert.Equal(confirmed.Order(), csv.Split('\n')[1..^1].Select(line => line.Split(',')[3]).Order());
        }

        Assert.False(flow.IsCompleted, "The flow of bans has ended.");
        await end.CancelAsync();
        await flow;
    }

    [Fact]
    public async Task Watch_starts_in_the_past_and_follows_the_stream()
    {
        await web1.PublishBanAsync("203.0.113.1");
        await using Daemon watch = new(Built.Admin, ["watch", "--since", "1h", "--amqp", broker.Uri], [$"F2BBROKER_API={broker.Api}"]);
        await watch.SaysAsync("203.0.113.1");
        await web3.PublishBanAsync("203.0.113.2");
        await watch.SaysAsync("203.0.113.2");
        Assert.Equal(0, await watch.StopAsync());
    }

    [Fact]
    public async Task Status_shows_the_last_report_and_the_bans_of_24_hours()
    {
        await web1.PublishAsync(web1.Body("203.0.113.1"));
        string last = web1.Body("203.0.113.2");
        await web1.PublishAsync(last);
        await web1.PublishAsync(last);
        JsonNode servers = JsonNode.Parse((await StatusAsync("--json")).Output)!;
        Assert.Equal(("2", "0"), ($"{servers[0]!["bans24h"]}", $"{servers[1]!["bans24h"]}"));
        Assert.Equal(
            ((string?)JsonNode.Parse(last)!["detectedAt"], null),
            ((string?)servers[0]!["lastReport"], (string?)servers[1]!["lastReport"]));
    }

    [Fact]
    public async Task Without_the_stream_status_shows_the_rest_and_history_reports_the_remedy()
    {
        await broker.DeleteAsync("queues/f2b/f2b.history");
        Built.Outcome status = await StatusAsync();
        Assert.Equal(0, status.ExitCode);
        Assert.Matches(@"(?m)^web1 +both +classic +[^ ]+ +0 +[?] +[?] +0 +[?] +[?] +-$", status.Output);
        Assert.Equal("The broker has no stream f2b.history: run f2bbroker init.\n", status.Errors);
        Assert.Equal((78, status.Errors), await FailsAsync());
    }

    private static async Task FlowAsync(Sender sender, CancellationToken end)
    {
        for (int i = 0; !end.IsCancellationRequested; i++)
        {
            await sender.PublishAllAsync(Enumerable.Repeat(Encoding.UTF8.GetBytes(sender.Body($"203.0.113.{i % 250}")), 20));
        }
    }

    private Task<Built.Outcome> HistoryAsync(params string[] options) =>
        broker.AdminAsync(["history", .. options.Contains("--amqp") ? [] : new[] { "--amqp", broker.Uri }, .. options]);

    private Task<Built.Outcome> StatusAsync(params string[] options) => broker.AdminAsync(["status", "--amqp", broker.Uri, .. options]);

    private async Task<(int Code, string Errors)> FailsAsync(params string[] options)
    {
        Built.Outcome outcome = await HistoryAsync(options);
        return (outcome.ExitCode, outcome.Errors);
    }
}
