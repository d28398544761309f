using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests;

/// <summary>A real RabbitMQ: its addresses, and what its operator does with it.</summary>
public abstract class RunningBroker
{
    private HttpClient api = new();

    public string Host { get; private set; } = "";

    public int Port { get; private set; }

    /// <summary>The management API's URL with the operator's login.</summary>
    public string Api { get; private set; } = "";

    /// <summary>The value for <c>[broker] uri</c>.</summary>
    public virtual string Uri => $"amqp://{Host}:{Port}/f2b";

    /// <summary>The operator's user name. It differs between the private broker and the container.</summary>
    public string Operator => new Uri(Api).UserInfo.Split(':')[0];

    /// <summary>The network namespace from which the operator reaches the broker; null for that of the test.</summary>
    protected internal virtual string? Network => null;

    /// <summary>Prepares the broker for a test: removes all servers and queues, and runs <c>f2bbroker init</c>.</summary>
    public async Task ResetAsync()
    {
        await StreamsRunAsync();
        await DeleteAsync("vhosts/f2b");
        foreach (JsonNode? user in (JsonArray)(await GetAsync("users"))!)
        {
            if (user!["tags"] is JsonArray { Count: 0 })
            {
                await DeleteAsync($"users/{user["name"]}");
            }
        }

        Built.Outcome init = await AdminAsync("init");
        Assert.True(init.ExitCode == 0, init.Errors);
    }

    /// <summary>Sends a GET to the management API. Returns null if the object does not exist.</summary>
    public async Task<JsonNode?> GetAsync(string path)
    {
        using HttpResponseMessage answer = await api.GetAsync(path);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonNode>() : null;
    }

    /// <summary>Returns RabbitMQ's version.</summary>
    public async Task<Version> VersionAsync() => Version.Parse((string)(await GetAsync("overview"))!["rabbitmq_version"]!);

    public async Task PutAsync(string path, JsonObject content) => (await api.PutAsJsonAsync(path, content)).EnsureSuccessStatusCode();

    /// <summary>Binds a queue to an exchange.</summary>
    public async Task BindAsync(string exchange, string queue) =>
        (await api.PostAsJsonAsync($"bindings/f2b/e/{exchange}/q/{queue}", new JsonObject())).EnsureSuccessStatusCode();

    public async Task DeleteAsync(string path) => (await api.DeleteAsync(path)).Dispose();

    public async Task<JsonNode> PostAsync(string path, JsonObject content)
    {
        using HttpResponseMessage answer = await api.PostAsJsonAsync(path, content);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>())!;
    }

    /// <summary>Sends a POST whose answer is empty.</summary>
    public async Task SendAsync(string path, JsonObject content) => (await api.PostAsJsonAsync(path, content)).EnsureSuccessStatusCode();

    /// <summary>Sends a request to the management API with a server's login.</summary>
    internal async Task<HttpStatusCode> SendAsAsync(Server server, string method, string path, JsonObject content)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(api.BaseAddress!, path));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{server.Name}:{server.Password}")));
        request.Content = method is "PUT" or "POST" ? JsonContent.Create(content) : null;
        using HttpResponseMessage answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>Returns the messages in a queue (body and headers) and leaves them there.</summary>
    public async Task<IReadOnlyList<JsonNode>> PeekAsync(string queue)
    {
        JsonNode messages = await PostAsync(
            $"queues/f2b/{queue}/get",
            new()
            {
                ["count"] = 1000,
                ["ackmode"] = "ack_requeue_true",
                ["encoding"] = "auto",
            });
        return [.. ((JsonArray)messages).Select(message => message!)];
    }

    /// <summary>Waits until web2's error queue contains that many messages, and asserts that there are no more.</summary>
    public async Task<IReadOnlyList<JsonNode>> RefusedAsync(int count)
    {
        const string queue = "f2b.bans.web2_error";
        IReadOnlyList<JsonNode> refused = [];
        await Eventually.TrueAsync(
            async () =>
            {
                refused = await GetAsync($"queues/f2b/{queue}") is null ? [] : await PeekAsync(queue);
                return refused.Count >= count;
            },
            () => $"{refused.Count} of {count} messages are in the error queue.");
        Assert.Equal(count, refused.Count);
        return refused;
    }

    /// <summary>Waits until that many daemons are connected. Returns all connections.</summary>
    public async Task<IReadOnlyList<JsonNode>> ConnectedAsync(int daemons = 2)
    {
        JsonNode[] connections = [];
        await Eventually.TrueAsync(
            async () =>
            {
                connections = [.. ((JsonArray)(await GetAsync("connections"))!).Select(connection => connection!)];
                return connections
                    .Where(IsForBans)
                    .Select(connection => $"{connection["user_provided_name"]}")
                    .Distinct()
                    .Count() == daemons;
            },
            () => $"Not all are connected: {string.Join(", ", connections.Select(connection => connection["user_provided_name"]))}");
        return connections;
    }

    /// <summary>Waits until that many daemons are connected, and closes all connections.</summary>
    public async Task CloseConnectionsAsync(int daemons = 2)
    {
        foreach (JsonNode connection in await ConnectedAsync(daemons))
        {
            await DeleteAsync($"connections/{System.Uri.EscapeDataString((string)connection["name"]!)}");
        }
    }

    /// <summary>Runs <c>f2bbroker</c> as the operator.</summary>
    internal Task<Built.Outcome> AdminAsync(params IEnumerable<string> arguments)
    {
        (string program, IEnumerable<string> all) = Built.In(Network, Built.Admin, arguments);
        return Built.RunAsync(program, all, $"F2BBROKER_API={Api}");
    }

    /// <summary>
    /// Returns true for a daemon's connection for bans, whose name ends with the version; false for its health messages, for example.
    /// </summary>
    protected static bool IsForBans(JsonNode? connection) =>
        $"{connection!["user_provided_name"]}" is [.., var last] && char.IsAsciiDigit(last);

    /// <summary>Sets the addresses of the broker.</summary>
    protected void SetAddress(string host, int port, string apiUrl)
    {
        (Host, Port, Api) = (host, port, apiUrl);
        Uri address = new(apiUrl);
        api.Dispose();
        api = new HttpClient(Network is null ? new SocketsHttpHandler() : NetworkNamespace.CreateHandler(Network))
        {
            BaseAddress = new Uri(new UriBuilder(address) { UserName = "", Password = "" }.Uri, "/api/"),
        };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes(System.Uri.UnescapeDataString(address.UserInfo))));
    }

    /// <summary>
    /// Waits until all streams run. A stream can start later than its broker. RabbitMQ 3.10 keeps a part of it if its virtual host is
    /// deleted before, and then it refuses a new stream of that name.
    /// </summary>
    internal async Task StreamsRunAsync()
    {
        foreach (JsonNode? queue in await GetAsync("queues/f2b?columns=name,type") as JsonArray ?? [])
        {
            if ($"{queue!["type"]}" == "stream")
            {
                await Eventually.TrueAsync(
                    async () => await GetAsync($"queues/f2b/{queue["name"]}") is not null,
                    () => $"The stream {queue["name"]} does not start.");
            }
        }
    }

    /// <summary>Closes the client of the management API.</summary>
    protected void CloseApi() => api.Dispose();
}
