namespace F2bBroker.EndToEndTests;

/// <summary>The servers and senders of one test. They are disposed after it, the last one first.</summary>
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

    /// <summary>Enrolls a server and connects with its login, as its producer would.</summary>
    public async Task<Sender> EnrollSenderAsync(string name) => Add(await Sender.ConnectAsync(broker, await EnrollAsync(name)));

    public async ValueTask DisposeAsync()
    {
        while (members.TryPop(out IAsyncDisposable? member))
        {
            await member.DisposeAsync();
        }
    }

    private T Add<T>(T member)
        where T : IAsyncDisposable
    {
        members.Push(member);
        return member;
    }
}
