using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using DotNet.Testcontainers.Builders;
using Testcontainers.RabbitMq;

namespace F2bBroker.EndToEndTests;

/// <summary>The real RabbitMQ of the run: in a container where an engine answers, else the one that is installed here, as a private process.</summary>
public sealed class TestBroker : IAsyncLifetime
{
    private const ushort ApiPort = 15672;

    private readonly TempFolder folder = new();
    private RabbitMqContainer? container;
    private HttpClient api = new();

    public string Host { get; private set; } = "127.0.0.1";

    public int Port { get; private set; }

    /// <summary>The management API's URL with the operator's login.</summary>
    public string Api { get; private set; } = "";

    public string Uri => $"amqp://{Host}:{Port}/f2b";

    public async ValueTask InitializeAsync()
    {
        try
        {
            await StartContainerAsync();
        }
        catch (Exception failure) when (failure is DockerUnavailableException or Docker.DotNet.DockerApiException)
        {
            TestContext.Current.SendDiagnosticMessage("No container can be started, so the installed RabbitMQ is: {0}", failure.Message);
            await StartLocalAsync();
        }

        Uri address = new(Api);
        api = new HttpClient { BaseAddress = new Uri(new UriBuilder(address) { UserName = "", Password = "" }.Uri, "/api/") };
        api.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(System.Uri.UnescapeDataString(address.UserInfo))));
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        if (container is not null)
        {
            await container.DisposeAsync();
        }
        else
        {
            await BrokerScriptAsync("stop");
        }

        folder.Dispose();
    }

    /// <summary>Begins a test: no server, no queue, only what <c>f2bbroker init</c> makes.</summary>
    public async Task ResetAsync()
    {
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

    /// <summary>The operator's own login name: it differs between the private broker and the container.</summary>
    public string Operator => new Uri(Api).UserInfo.Split(':')[0];

    /// <summary>Runs <c>f2bbroker</c> as the operator.</summary>
    internal Task<Built.Outcome> AdminAsync(params IEnumerable<string> arguments) => Built.RunAsync(Built.Admin, arguments, $"F2BBROKER_API={Api}");

    /// <summary>Asks the management API; null for what is not there.</summary>
    public async Task<JsonNode?> GetAsync(string path)
    {
        using HttpResponseMessage answer = await api.GetAsync(path);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonNode>() : null;
    }

    public async Task PutAsync(string path, JsonObject content) => (await api.PutAsJsonAsync(path, content)).EnsureSuccessStatusCode();

    public async Task DeleteAsync(string path) => (await api.DeleteAsync(path)).Dispose();

    /// <summary>What stands in a queue, left there: body and headers.</summary>
    public async Task<IReadOnlyList<JsonNode>> PeekAsync(string queue)
    {
        JsonNode messages = await PostAsync($"queues/f2b/{queue}/get", new() { ["count"] = 1000, ["ackmode"] = "ack_requeue_true", ["encoding"] = "auto" });
        return [.. ((JsonArray)messages).Select(message => message!)];
    }

    public async Task<JsonNode> PostAsync(string path, JsonObject content)
    {
        using HttpResponseMessage answer = await api.PostAsJsonAsync(path, content);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private async Task StartContainerAsync()
    {
        container = new RabbitMqBuilder("rabbitmq:4-management").WithPortBinding(ApiPort, assignRandomHostPort: true).Build();
        try
        {
            await container.StartAsync();
        }
        catch
        {
            await container.DisposeAsync();
            container = null;
            throw;
        }

        Uri amqp = new(container.GetConnectionString());
        (Host, Port) = (container.Hostname, amqp.Port);
        Api = $"http://{amqp.UserInfo}@{Host}:{container.GetMappedPublicPort(ApiPort)}";
    }

    private async Task StartLocalAsync()
    {
        await BrokerScriptAsync("start");
        Dictionary<string, string> values = (await File.ReadAllLinesAsync(folder["env"])).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        (Port, Api) = (int.Parse(values["F2B_AMQP_PORT"], System.Globalization.CultureInfo.InvariantCulture), values["F2BBROKER_API"]);
    }

    private async Task BrokerScriptAsync(string command)
    {
        Built.Outcome outcome = await Built.RunAsync(Repository.Path("tests/real/broker.sh"), [command, folder.Path]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }
}
