using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Probe;

/// <summary>Tries forbidden actions with one server's credentials, and prints the broker's answers.</summary>
internal sealed class Intruder(IConnection connection, string name) : IAsyncDisposable
{
    public static async Task<Intruder> ConnectAsync(string uri, string user, string password)
    {
        ConnectionFactory factory = new() { Uri = new Uri(uri), UserName = user, Password = password, AutomaticRecoveryEnabled = false };
        return new Intruder(await factory.CreateConnectionAsync(), user);
    }

    public Task<bool> PublishAsAsync(string server) =>
        IsRefusedAsync($"publishes as {server}", channel =>
            channel.BasicPublishAsync("f2b.bans", "", mandatory: true, new BasicProperties { UserId = server }, "{}"u8.ToArray()).AsTask());

    public Task<bool> ReadQueueOfAsync(string server) =>
        IsRefusedAsync($"reads the queue of {server}", channel => channel.BasicGetAsync($"f2b.bans.{server}", autoAck: false));

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task<bool> IsRefusedAsync(string what, Func<IChannel, Task> attempt)
    {
        await using IChannel channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        try
        {
            await attempt(channel);
            Console.WriteLine($"{name} {what}: allowed");
            return false;
        }
        catch (Exception failure) when (failure is OperationInterruptedException or PublishException)
        {
            ShutdownEventArgs? answer = (failure as OperationInterruptedException)?.ShutdownReason ?? channel.CloseReason;
            Console.WriteLine($"{name} {what}: {answer?.ReplyCode} {answer?.ReplyText}");
            return true;
        }
    }
}
