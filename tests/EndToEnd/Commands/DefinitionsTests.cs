using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary>A broker whose disk was lost, and a new one that is restored from a backup of its definitions.</summary>
[Trait("Form", "slow")]
public sealed class DefinitionsTests
{
    [Fact]
    public async Task Servers_log_in_to_a_restored_broker_and_bans_are_shared()
    {
        await using PrivateBroker lost = new();
        await lost.InitializeAsync();
        await lost.ResetAsync();
        await using Server origin = await Server.EnrollAsync(lost, "web1");
        await using Server receiver = await Server.EnrollWithQuorumQueueAsync(lost, "web2");
        string definitions = Path.Combine(lost.Folder, "definitions.json");
        await lost.ControlAsync("export_definitions", definitions);
        await using (Sender sender = await Sender.ConnectAsync(lost, origin))
        {
            await sender.PublishBanAsync("203.0.113.1");
        }

        string later = Path.Combine(lost.Folder, "later.json");
        await lost.ControlAsync("export_definitions", later);
        Assert.Contains("\"password_hash\"", File.ReadAllText(definitions));
        Assert.DoesNotContain("203.0.113.1", File.ReadAllText(later));
        await lost.StopAsync();

        await using PrivateBroker restored = new();
        await restored.InitializeAsync();
        string backup = Path.Combine(restored.Folder, "definitions.json");
        File.Copy(definitions, backup);
        await restored.ControlAsync("import_definitions", backup);
        string uri = $"F2BBROKER_BROKER__URI={restored.Uri}";
        await origin.StartProducerAsync(uri);
        await receiver.StartConsumerAsync(uri);
        await origin.LogBansAsync("203.0.113.2");
        await receiver.HasBansAsync(1);
        // The message that waited was on the lost disk.
        Assert.Equal(["203.0.113.2"], receiver.Addresses);
        await restored.ControlAsync(
            "eval",
            """Limits = maps:to_list(rabbit_auth_backend_internal:get_user_limits(<<"web1">>)), """
            + """{<<"max-connections">>, 8} = lists:keyfind(<<"max-connections">>, 1, Limits).""");
    }
}
