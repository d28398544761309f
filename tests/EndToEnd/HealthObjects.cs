using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests;

/// <summary>Exchange and stream of the health messages.</summary>
internal static class HealthObjects
{
    /// <summary>Creates those that do not exist.</summary>
    public static async Task CreateAsync(RunningBroker broker)
    {
        if (await broker.GetAsync("queues/f2b/f2b.health") is not null)
        {
            return;
        }

        await broker.PutAsync("exchanges/f2b/f2b.health.in", new() { ["type"] = "fanout", ["durable"] = true });
        await broker.PutAsync(
            "queues/f2b/f2b.health",
            new() { ["durable"] = true, ["arguments"] = new JsonObject { ["x-queue-type"] = "stream" } });
        await broker.SendAsync("bindings/f2b/e/f2b.health.in/q/f2b.health", []);
    }
}
