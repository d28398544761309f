namespace F2bBroker.EndToEndTests.Producing;

/// <summary>A password that is changed while the daemons run.</summary>
public sealed class CredentialTests(TestBroker broker) : IAsyncLifetime
{
    private Server server = null!;

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        server = await Server.EnrollAsync(broker, "web1");
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_changed_passwordfile_is_read_without_a_restart()
    {
        string file = Path.Combine(server.Folder, "password");
        File.WriteAllText(file, $"{server.Password}\n");
        string[] login = ["F2BBROKER_BROKER__PASSWORD=", $"F2BBROKER_BROKER__PASSWORDFILE={file}"];
        Daemon[] daemons = [await server.StartConsumerAsync(login), await server.StartProducerAsync(login)];
        // A producer follows the log before it is connected, and could not connect with the old password any more.
        await broker.ConnectedAsync();
        await broker.PutAsync("users/web1", new() { ["password"] = "another", ["tags"] = "" });
        File.Delete(file);
        await broker.CloseConnectionsAsync();
        foreach (Daemon daemon in daemons)
        {
            await daemon.SaysAsync("[broker] passwordfile cannot be read: Could not find file");
        }

        File.WriteAllText(file, "another\n");
        foreach (Daemon daemon in daemons)
        {
            await Eventually.TrueAsync(() => daemon.Count("accepts the login of") == 2, () => daemon.Said);
            Assert.DoesNotContain("another", daemon.Said);
        }
    }

    [Fact]
    public async Task A_login_that_rotate_closes_while_the_history_is_read_is_not_called_a_deleted_user()
    {
        // With pardons, bans would wait for the next login before the reader of the stream goes on.
        Daemon consumer = await server.StartConsumerAsync("F2BBROKER_CONSUMER__PARDONS=false");
        await consumer.SaysAsync("Finished reading f2b.history");
        // While the log cannot be written, the reader of the stream waits with its connection open.
        File.Delete(server.BansLog);
        Directory.CreateDirectory(server.BansLog);
        await using Server other = await Server.EnrollAsync(broker, "web2");
        await using (Sender sender = await Sender.ConnectAsync(broker, other))
        {
            // More than the reader receives in advance.
            await sender.PublishAllAsync(Enumerable.Range(0, 600).Select(i =>
                System.Text.Encoding.UTF8.GetBytes(sender.Body($"198.18.{i / 250}.{i % 250}"))));
        }

        await consumer.SaysAsync("Cannot write ");
        await broker.CloseConnectionsAsync(daemons: 1);
        await consumer.SaysAsync("Receiving from ", 2);
        await Eventually.TrueAsync(
            async () => (await broker.GetAsync("consumers/f2b"))!.ToJsonString().Contains("\"f2b.history\"", StringComparison.Ordinal),
            () => consumer.Said);
        Built.Outcome rotated = await broker.AdminAsync("rotate", "web1");
        Assert.True(rotated.ExitCode == 0, rotated.Errors);
        Directory.Delete(server.BansLog);
        await consumer.SaysAsync("refuses the login of 'web1': unknown user or wrong password.");
        await consumer.SaysAsync(
            "Reading f2b.history was interrupted: the broker closed the connections of this login, because its credentials were changed or "
                + "revoked. Retrying.");
        Assert.True(consumer.Count("is deleted") == 0, consumer.Said);
        Assert.True(consumer.Count("refuses the queue") == 0, consumer.Said);
    }
}
