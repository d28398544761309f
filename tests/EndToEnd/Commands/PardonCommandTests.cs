using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary>The commands pardon and pardons, and ban of a pardoned address.</summary>
public sealed class PardonCommandTests(TestBroker broker) : IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await broker.ResetAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Pardons_are_listed_until_they_end()
    {
        Assert.Equal((0, "", "No pardon is in force.\n"), await RunAsync("pardons"));
        Assert.Equal((0, "[]\n", ""), await RunAsync("pardons", "--json"));
        (int exitCode, _, string errors) = await RunAsync("pardon", "203.0.113.7", "--forever", "--reason", "our\noffice");
        Assert.Equal(0, exitCode);
        Assert.StartsWith($"Published: 203.0.113.7 is pardoned forever by {broker.Operator} (our office). Each server skips its", errors);
        JsonNode pardon = JsonNode.Parse((await RunAsync("pardon", "2001:DB8::/32", "--json")).Output)!["pardon"]!;
        Assert.Equal("2001:db8::/32", (string?)pardon["ip"]);
        Assert.Equal(TimeSpan.FromDays(1), Time(pardon, "until") - Time(pardon, "pardonedAt"));

        string table = (await RunAsync("pardons")).Output;
        Assert.Matches(
            $"""
            ^PARDONED +UNTIL +OPERATOR +SINCE +REASON
            203\.0\.113\.7 +- +{broker.Operator} +20[^ ]+Z +our office
            2001:db8::/32 +20[^ ]+Z +{broker.Operator} +20[^ ]+Z\n$
            """,
            table);
        JsonArray all = (JsonArray)JsonNode.Parse((await RunAsync("pardons", "--json")).Output)!;
        Assert.Equal(["203.0.113.7", "2001:db8::/32"], all.Select(one => (string?)one!["ip"]));
        Assert.Equal("our\noffice", (string?)all[0]!["reason"]);

        Assert.Equal(0, (await RunAsync("pardon", "203.0.113.7", "--end")).ExitCode);
        Assert.DoesNotContain("203.0.113.7", (await RunAsync("pardons")).Output);
    }

    [Fact]
    public async Task Init_publishes_one_ended_pardon_so_that_the_stream_is_not_empty()
    {
        // The broker's count of the messages is some seconds old.
        await Eventually.TrueAsync(
            async () => (await broker.GetAsync("queues/f2b/f2b.pardons"))?["messages"]?.GetValue<int>() == 1,
            () => "The stream has not one message.");
        Assert.Equal(0, (await broker.AdminAsync("init")).ExitCode);
        Assert.Equal(0, (await RunAsync("pardon", "203.0.113.7")).ExitCode);
        Assert.Equal(["192.0.2.0/24", "203.0.113.7"], await ReadAddressesAsync("203.0.113.7"));
    }

    [Theory]
    [InlineData("'1.2.3' is not an address or network. To pardon the bans of a server: f2bbroker revoke SERVER --pardon.", "1.2.3")]
    [InlineData("--for: '1y' is not a duration of at most 3660 days such as 12h or 1d. --forever has no end.", "192.0.2.1", "--for", "1y")]
    [InlineData("Give --for or --forever, not both.", "192.0.2.1", "--for", "1d", "--forever")]
    [InlineData("Give --end without --for and --forever.", "192.0.2.1", "--end", "--forever")]
    [InlineData("No pardon of 192.0.2.1 is in force: f2bbroker pardons.", "192.0.2.1", "--end")]
    [InlineData("'web9' is not an address or network, and no server of that name is pardoned.", "web9", "--end")]
    [InlineData("203.0.0.0/15 is wider than /16: no server would ban an address in it. Give --yes if you mean it.", "203.0.0.0/15")]
    [InlineData("2001::/31 is wider than /32: no server would ban an address in it. Give --yes if you mean it.", "2001::/31")]
    public async Task A_wrong_request_is_refused_with_the_reason(string message, params string[] arguments) =>
        Assert.Equal((78, "", $"{message}\n"), await RunAsync(["pardon", .. arguments]));

    [Fact]
    public async Task A_long_reason_is_refused() => Assert.Equal(
        (78, "", "Servers would ignore this pardon: reason has 201 characters, allowed are 200.\n"),
        await RunAsync("pardon", "192.0.2.1", "--reason", new string('x', 201)));

    [Fact]
    public async Task What_a_pardon_makes_useless_is_refused_with_the_reason()
    {
        Assert.Equal(0, (await RunAsync("pardon", "203.0.113.0/24", "--forever")).ExitCode);
        Assert.Equal(0, (await RunAsync("pardon", "198.51.0.0/15", "--forever", "--yes")).ExitCode);
        string network = $"203.0.113.0/24 is pardoned forever by {broker.Operator}";
        Assert.Equal(
            (78, "", $"{network}, which contains 203.0.113.7. End that pardon: f2bbroker pardon 203.0.113.0/24 --end.\n"),
            await RunAsync("pardon", "203.0.113.7", "--end"));
        Assert.Equal(
            (78, "", $"{network}, so servers would skip the ban of 203.0.113.7. End the pardon first: f2bbroker pardon 203.0.113.0/24 "
                + "--end.\n"),
            await RunAsync("ban", "203.0.113.7"));
        Assert.Equal(0, (await RunAsync("pardon", "203.0.113.0/24", "--end")).ExitCode);
        await using Server web1 = await Server.EnrollAsync(broker, "web1");
        Assert.Equal(0, (await RunAsync("ban", "203.0.113.7")).ExitCode);
        Assert.Single(await broker.PeekAsync("f2b.bans.web1"));
    }

    [Fact]
    public async Task Without_the_stream_an_address_can_be_banned_and_not_pardoned()
    {
        await broker.DeleteAsync("queues/f2b/f2b.pardons");
        await using Server web1 = await Server.EnrollAsync(broker, "web1");
        Assert.Equal(
            (1, "", "No stream is bound to f2b.pardons.in, so no server received the pardon: run f2bbroker init.\n"),
            await RunAsync("pardon", "203.0.113.7"));
        Assert.Equal((78, "", "The broker has no stream f2b.pardons: run f2bbroker init.\n"), await RunAsync("pardons"));
        Assert.Contains(
            "The broker has no stream f2b.pardons, so that no ban can be pardoned: run f2bbroker init.\n",
            (await RunAsync("status")).Output);
        (int exitCode, _, string errors) = await RunAsync("ban", "203.0.113.7");
        Assert.Equal(0, exitCode);
        Assert.StartsWith("The pardons were not checked. The broker has no stream f2b.pardons: run f2bbroker init.\nPublished: ", errors);
    }

    private async Task<(int ExitCode, string Output, string Errors)> RunAsync(params IEnumerable<string> arguments)
    {
        Built.Outcome outcome = await broker.AdminAsync([.. arguments, "--amqp", broker.Uri]);
        return (outcome.ExitCode, outcome.Output, outcome.Errors);
    }

    /// <summary>Reads the addresses of the stream up to that one.</summary>
    private async Task<string[]> ReadAddressesAsync(string last)
    {
        List<string> addresses = [];
        TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        string[] login = Uri.UnescapeDataString(new Uri(broker.Api).UserInfo).Split(':');
        await using Sender reader = await Sender.ConnectAsync(broker, login[0], login[1]);
        await using IChannel channel = await reader.UnconfirmedChannelAsync();
        AsyncEventingBasicConsumer consumer = new(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            addresses.Add((string)JsonNode.Parse(delivery.Body.Span)!["ip"]!);
            if (addresses[^1] == last)
            {
                end.TrySetResult();
            }

            return Task.CompletedTask;
        };
        await channel.BasicQosAsync(0, 100, global: false);
        Dictionary<string, object?> start = new() { ["x-stream-offset"] = "first" };
        await channel.BasicConsumeAsync("f2b.pardons", autoAck: false, "", start, consumer);
        await end.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        return [.. addresses];
    }

    private static DateTimeOffset Time(JsonNode pardon, string field) => DateTimeOffset.Parse(
        (string)pardon[field]!,
        System.Globalization.CultureInfo.InvariantCulture);
}
