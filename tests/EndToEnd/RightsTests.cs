using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.EndToEndTests;

/// <summary>What somebody with one server's credentials cannot do.</summary>
public sealed class RightsTests(TestBroker broker) : IAsyncLifetime
{
    private Sender intruder = null!;
    private string password = "";

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        foreach (string name in new[] { "a", "b", "axb" })
        {
            await (await Server.EnrollAsync(broker, name)).DisposeAsync();
        }

        await using Server server = await Server.EnrollAsync(broker, "a.b");
        password = server.Password;
        intruder = await Sender.ConnectAsync(broker, server);
    }

    public ValueTask DisposeAsync() => intruder.DisposeAsync();

    [Fact]
    public async Task It_cannot_publish_under_another_name() => Assert.Equal(406, await CodeOfAsync(
        channel => channel.BasicPublishAsync("f2b.bans", "", mandatory: true, new BasicProperties { UserId = "a" }, "{}"u8.ToArray()).AsTask()));

    [Theory]
    [InlineData("f2b.bans.b")]
    [InlineData("f2b.bans.axb")]
    public async Task It_cannot_read_purge_delete_or_unbind_anothers_queue(string queue)
    {
        Assert.Equal(403, await CodeOfAsync(channel => channel.BasicConsumeAsync(queue, autoAck: true, new AsyncEventingBasicConsumer(channel))));
        Assert.Equal(403, await CodeOfAsync(channel => channel.BasicGetAsync(queue, autoAck: true)));
        Assert.Equal(403, await CodeOfAsync(channel => channel.QueuePurgeAsync(queue)));
        Assert.Equal(403, await CodeOfAsync(channel => channel.QueueDeleteAsync(queue)));
        Assert.Equal(403, await CodeOfAsync(channel => channel.QueueUnbindAsync(queue, "f2b.bans", "")));
    }

    [Fact]
    public async Task It_cannot_delete_or_declare_the_exchange_of_the_bans()
    {
        Assert.Equal(403, await CodeOfAsync(channel => channel.ExchangeDeleteAsync("f2b.bans")));
        Assert.Equal(403, await CodeOfAsync(channel => channel.ExchangeDeclareAsync("f2b.bans", "direct")));
    }

    [Theory]
    [InlineData("other")]
    [InlineData("f2b.bans.c")]
    [InlineData("f2b.bans.a.b.c")]
    [InlineData("f2b.history")]
    public async Task It_cannot_declare_a_queue_outside_its_name(string queue) =>
        Assert.Equal(403, await CodeOfAsync(channel => channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false)));

    [Fact]
    public async Task It_can_read_its_own_queue_and_publish_under_its_own_name()
    {
        await intruder.PublishBanAsync("203.0.113.1");
        await using IChannel channel = await intruder.ChannelAsync();
        Assert.NotNull(await channel.BasicGetAsync("f2b.bans.a.b", autoAck: true, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task It_cannot_open_connections_without_end()
    {
        List<Sender> open = [];
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                for (int i = 0; i < 20; i++)
                {
                    Sender next = await Sender.ConnectAsync(broker, "a.b", password);
                    open.Add(next);
                    await (await next.ChannelAsync()).DisposeAsync();
                }
            });
            Assert.InRange(open.Count, 4, 8);
        }
        finally
        {
            foreach (Sender sender in open)
            {
                await sender.DisposeAsync();
            }
        }
    }

    /// <summary>The broker's answer to an attempt: the code with which it closes the channel.</summary>
    private async Task<int?> CodeOfAsync(Func<IChannel, Task> attempt)
    {
        await using IChannel channel = await intruder.ChannelAsync();
        Exception? failure = await Record.ExceptionAsync(() => attempt(channel));
        Assert.NotNull(failure);
        await Eventually.TrueAsync(() => !channel.IsOpen, () => "The channel stays open.");
        return (failure as OperationInterruptedException)?.ShutdownReason?.ReplyCode ?? channel.CloseReason?.ReplyCode;
    }
}
