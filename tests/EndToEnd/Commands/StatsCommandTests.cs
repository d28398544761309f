using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary><c>f2bbroker stats</c> with a real stream.</summary>
public sealed class StatsCommandTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;

    public async ValueTask InitializeAsync() => group = await TestGroup.StartAsync(broker);

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task Stats_counts_the_genuine_bans_of_the_stream_as_text_json_or_csv()
    {
        Sender web1 = await group.EnrollSenderAsync("web1");
        Sender web3 = await group.EnrollSenderAsync("web3");
        DateTimeOffset hour = new(TimeProvider.System.GetUtcNow().Date.AddHours(-12), TimeSpan.Zero);
        string first = Body("203.0.113.1", "web1", hour);
        await web1.PublishAsync(first);
        await web1.PublishAsync(first);
        await web3.PublishAsync(Body("203.0.113.1", "web3", hour.AddMinutes(15)));
        await web3.PublishAsync(Body("203.0.113.2", "web3", hour.AddHours(1), jail: "a,\\u001b[31m"));
        await web3.PublishAsync(Body("203.0.113.3", "web1", hour));
        await web3.PublishAsync("hello");

        Built.Outcome text = await StatsAsync();
        Assert.Equal(0, text.ExitCode);
        Assert.Matches("^3 bans of 2 addresses since 20[^ ]+Z\n\nSERVER  BANS\nweb3    2\nweb1    1\n\nJAIL     BANS\n", text.Output);
        Assert.Contains("\nsshd     2\na___31m  1\n", text.Output);
        Assert.EndsWith(
            "\n1 of 3 bans (33 %) came after another server had already banned the same address. Median head start: 15m.\n",
            text.Output);
        Assert.Equal("Not shown: 2 messages of 'web3' that break the protocol.\n", text.Errors);

        JsonNode json = JsonNode.Parse((await StatsAsync("--json")).Output)!;
        Assert.Equal(
            (3, 2, 1, 900),
            ((int)json["bans"]!, (int)json["addresses"]!, (int)json["bansAfterAnother"]!, (int)json["medianHeadStart"]!));
        Assert.Equal("""{"203.0.113.0/24":2}""", json["networks24"]!.ToJsonString());
        Assert.Equal("""{"1":1,"2":1,"3 or more":0}""", json["reportedBy"]!.ToJsonString());

        Built.Outcome csv = await StatsAsync("--csv");
        Assert.StartsWith("kind,name,count\ntotal,bans,3\ntotal,addresses,2\nserver,web3,2\nserver,web1,1\n", csv.Output);
        Assert.Contains($"\nhour,{hour:yyyy-MM-ddTHH}:00:00.000Z,2\n", csv.Output);
        Assert.Matches("^No ban since [^ ]+Z[.]\n$", (await StatsAsync("--since", "1s")).Output);
    }

    private static string Body(string ip, string server, DateTimeOffset at, string jail = "sshd") =>
        $$"""{"ip":"{{ip}}","jail":"{{jail}}","server":"{{server}}","detectedAt":"{{at:yyyy-MM-ddTHH:mm:ss.fffZ}}"}""";

    private Task<Built.Outcome> StatsAsync(params string[] options) =>
        broker.AdminAsync(["stats", "--amqp", broker.Uri, .. options.Contains("--since") ? [] : new[] { "--since", "2d" }, .. options]);
}
