namespace F2bBroker.EndToEndTests.TakenOver;

/// <summary>A compromised server that follows the stream can neither bind nor unbind anything.</summary>
public sealed class StreamServerBindingTests(StreamServersGroup group) : IClassFixture<StreamServersGroup>
{
    private static readonly string[] Servers = [StreamServersGroup.Both, StreamServersGroup.Receiver];
    private static readonly string[] Actions = ["exchange.bind", "exchange.unbind", "queue.bind", "queue.unbind"];

    /// <summary>Each server, action, destination and source.</summary>
    public static TheoryData<string, string, string, string> Pairs =>
    [
        .. from server in Servers
           from action in Actions
           from destination in StreamServerNames.All
           from source in StreamServerNames.All.Append("")
           where !StreamServerNames.IsWritable(server, destination) || !StreamServerNames.IsReadable(source)
           select (server, action, destination, source),
    ];

    /// <summary>Each server, a name that it may write to, and a name that it may read.</summary>
    public static TheoryData<string, string, string> PermittedNames =>
    [
        .. from server in Servers
           from destination in StreamServerNames.All
           from source in StreamServerNames.All
           where StreamServerNames.IsWritable(server, destination) && StreamServerNames.IsReadable(source)
           select (server, destination, source),
    ];

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task It_cannot_bind_or_unbind_two_objects(string server, string action, string destination, string source) =>
        Assert.Equal(403, await TryAsync(server, action, destination, source));

    /// <summary>The permissions would allow these. But what it may write to is no queue, and what it may read is no exchange.</summary>
    [Theory]
    [MemberData(nameof(PermittedNames))]
    public async Task What_it_may_write_to_and_what_it_may_read_cannot_be_bound(string server, string destination, string source) =>
        Assert.Equal(
            (404, 404),
            (await TryAsync(server, "exchange.bind", destination, source), await TryAsync(server, "queue.bind", destination, source)));

    /// <summary>The broker accepts the removal of a binding that does not exist.</summary>
    [Theory]
    [MemberData(nameof(PermittedNames))]
    public async Task Unbinding_these_names_has_no_effect(string server, string destination, string source) =>
        Assert.Equal(
            (null, null),
            (await TryAsync(server, "exchange.unbind", destination, source), await TryAsync(server, "queue.unbind", destination, source)));

    [Theory]
    [InlineData(StreamServersGroup.Both)]
    [InlineData(StreamServersGroup.Receiver)]
    public async Task It_cannot_bind_or_unbind_the_default_exchange_as_a_destination(string server)
    {
        foreach (string source in StreamServerNames.All)
        {
            Assert.Equal((403, 403),
                (await TryAsync(server, "exchange.bind", "", source), await TryAsync(server, "exchange.unbind", "", source)));
        }
    }

    private Task<int?> TryAsync(string server, string action, string destination, string source) =>
        group.Login(server).TryAsync(channel => action switch
        {
            "exchange.bind" => channel.ExchangeBindAsync(destination, source, ""),
            "exchange.unbind" => channel.ExchangeUnbindAsync(destination, source, ""),
            "queue.bind" => channel.QueueBindAsync(destination, source, ""),
            _ => channel.QueueUnbindAsync(destination, source, ""),
        });
}
