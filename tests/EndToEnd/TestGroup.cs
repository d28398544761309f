namespace F2bBroker.EndToEndTests;

/// <summary>The servers, senders and other resources of one test. Disposing the group disposes them, the last one first.</summary>
internal sealed class TestGroup(RunningBroker broker) : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> members = new();

    /// <summary>Starts a group on an empty broker.</summary>
    public static async Task<TestGroup> StartAsync(RunningBroker broker)
    {
        await broker.ResetAsync();
        return new TestGroup(broker);
    }

    public async Task<Server> EnrollAsync(string name, params IEnumerable<string> consumerSettings) =>
        Add(await Server.EnrollAsync(broker, name, consumerSettings));

    /// <summary>Enrolls a server that follows the stream.</summary>
    public async Task<Server> EnrollFromStreamAsync(string name, params IEnumerable<string> consumerSettings) =>
        Add(await Server.EnrollFromStreamAsync(broker, name, consumerSettings));

    /// <summary>Connects with a server's login, as its producer would.</summary>
    public async Task<Sender> ConnectAsync(Server server) => Add(await Sender.ConnectAsync(broker, server));

    /// <summary>Enrolls a server and connects with its login.</summary>
    public async Task<Sender> EnrollSenderAsync(string name) => await ConnectAsync(await EnrollAsync(name));

    /// <summary>Adds a resource that is disposed with the group.</summary>
    public T Add<T>(T member)
        where T : IAsyncDisposable
    {
        members.Push(member);
        return member;
    }

    public async ValueTask DisposeAsync()
    {
        while (members.TryPop(out IAsyncDisposable? member))
        {
            await member.DisposeAsync();
        }
    }
}
