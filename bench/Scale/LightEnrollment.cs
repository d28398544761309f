using System.Text.Json.Nodes;

namespace F2bBroker.Bench.Scale;

/// <summary>Enrols the light receivers' servers.</summary>
internal static class LightEnrollment
{
    /// <summary>Creates users, permissions and queues, and a file with the login of each.</summary>
    public static async Task RunAsync(ScaleSetting setting)
    {
        Directory.CreateDirectory(Path.Combine(setting.Folder, "logins"));
        Dictionary<string, string> passwords = setting.LightServers.ToDictionary(server => server, _ => Guid.NewGuid().ToString("N"));
        JsonObject definitions = new()
        {
            ["users"] = Array(server => new() { ["name"] = server, ["password"] = passwords[server], ["tags"] = "" }),
            ["permissions"] = Array(server => Permission(server, setting.IsStream)),
        };
        if (!setting.IsStream)
        {
            definitions["queues"] = Array(Queue);
            definitions["bindings"] = Array(Binding);
        }

        await Setting.PostAsync("definitions", definitions);
        string port = Environment.GetEnvironmentVariable("F2B_AMQP_PORT")!;
        foreach (string server in setting.LightServers)
        {
            await File.WriteAllTextAsync(
                setting.LoginOf(server),
                $"[server]\nname = {server}\n[broker]\nuri = amqp://127.0.0.1:{port}/f2b\npassword = {passwords[server]}\n");
        }

        JsonArray Array(Func<string, JsonObject> create) => new([.. setting.LightServers.Select(server => (JsonNode)create(server))]);
    }

    private static JsonObject Permission(string server, bool isStream) => new()
    {
        ["user"] = server,
        ["vhost"] = "f2b",
        ["configure"] = isStream ? "^$" : $@"^f2b\.bans\.{server}(_error)?$",
        ["write"] = isStream ? @"^f2b\.(bans|health\.in)$" : $@"^f2b\.(bans(\.{server}(_error)?)?|health\.in)$",
        ["read"] = isStream ? @"^f2b\.(history|pardons)$" : $@"^f2b\.(bans(\.{server}(_error)?)?|history|pardons)$",
    };

    private static JsonObject Queue(string server) => new()
    {
        ["name"] = $"f2b.bans.{server}",
        ["vhost"] = "f2b",
        ["durable"] = true,
        ["auto_delete"] = false,
        ["arguments"] = new JsonObject(),
    };

    private static JsonObject Binding(string server) => new()
    {
        ["source"] = "f2b.bans",
        ["vhost"] = "f2b",
        ["destination"] = $"f2b.bans.{server}",
        ["destination_type"] = "queue",
        ["routing_key"] = "",
        ["arguments"] = new JsonObject(),
    };
}
