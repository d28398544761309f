using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Broker;

/// <summary>A client of RabbitMQ's management API. Each failure becomes an error message for the operator.</summary>
internal sealed class ManagementApi : IDisposable
{
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(15);

    // The broker took 14 s to delete a queue with 40,000 bindings.
    private static readonly TimeSpan DeleteTimeout = TimeSpan.FromMinutes(5);

    // The API accepts at most 500.
    private const int PageSize = 500;

    private readonly HttpClient http;
    private readonly ApiLogin login;
    private TimeSpan clockAhead;

    public ManagementApi(ApiLogin login)
    {
        this.login = login;
        http = new HttpClient { BaseAddress = new Uri(login.Address, "/api/"), Timeout = Timeout.InfiniteTimeSpan };
        string basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Password}"));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", basic);
    }

    public ApiLogin Login => login;

    /// <summary>The time by the broker's clock: its last answer said how far it is from that of this machine.</summary>
    public DateTimeOffset BrokerTime => TimeProvider.System.GetUtcNow() + clockAhead;

    public string Host => login.Address.Host;

    public string User => login.User;

    /// <summary>Returns a path of the API. Each name is escaped.</summary>
    public static string Path(params IEnumerable<string> names) => string.Join('/', names.Select(Uri.EscapeDataString));

    /// <summary>Returns the object at the path; null if there is none.</summary>
    /// <exception cref="CommandFailedException">The API cannot be reached, or it refuses the request.</exception>
    public async Task<JsonNode?> GetAsync(string path, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, path, null, cancel);
        try
        {
            return answer.StatusCode == HttpStatusCode.NotFound
                ? null
                : (await answer.Content.ReadFromJsonAsync<JsonElement>(cancel)).ToNode();
        }
        catch (JsonException)
        {
            throw NotManagementApi();
        }
    }

    /// <summary>Returns all rows of a list, which is requested in pages; null if there is none.</summary>
    /// <exception cref="CommandFailedException">The API cannot be reached, or it refuses the request.</exception>
    public async Task<JsonArray?> GetPagesAsync(string path, CancellationToken cancel)
    {
        JsonArray rows = [];
        for (int page = 1; ; page++)
        {
            JsonNode? answer = await GetAsync($"{path}&page={page}&page_size={PageSize}", cancel);
            JsonNode[] items = [.. (answer?["items"]).Rows()];
            (answer?["items"] as JsonArray)?.Clear();
            foreach (JsonNode item in items)
            {
                rows.Add(item);
            }

            if (answer is null || page >= (answer["page_count"]?.GetValue<int>() ?? 1))
            {
                return answer is null ? null : rows;
            }
        }
    }

    /// <summary>Returns an exchange of the group; null if there is none.</summary>
    /// <exception cref="CommandFailedException">The API cannot be reached, or it refuses the request.</exception>
    public async Task<JsonNode?> FindExchangeAsync(string name, CancellationToken cancel)
    {
        // RabbitMQ 3.10 answers a request for a single exchange with status 500 while its statistics are switched off.
        string list = $"exchanges/{Topology.VirtualHost}?disable_stats=true&columns=name,type,durable,policy";
        return (await GetAsync(list, cancel)).Rows().FirstOrDefault(exchange => exchange.Text("name") == name);
    }

    /// <summary>Creates or changes the object at the path. Returns true if it did not exist.</summary>
    /// <exception cref="CommandFailedException">The API cannot be reached, or it refuses the request.</exception>
    public async Task<bool> PutAsync(string path, JsonObject content, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await WriteAsync(HttpMethod.Put, path, content, cancel);
        return answer.StatusCode == HttpStatusCode.Created;
    }

    /// <summary>Returns the API's answer; null if it is empty.</summary>
    /// <exception cref="CommandFailedException">The API cannot be reached, or it refuses the request.</exception>
    public async Task<JsonNode?> PostAsync(string path, JsonObject content, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await WriteAsync(HttpMethod.Post, path, content, cancel);
        return await answer.Content.ReadAsStringAsync(cancel) is { Length: > 0 } text ? JsonNode.Parse(text) : null;
    }

    /// <summary>Deletes the object at the path. Returns false if it did not exist.</summary>
    /// <exception cref="CommandFailedException">The API cannot be reached, or it refuses the request.</exception>
    public async Task<bool> DeleteAsync(string path, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Delete, path, null, cancel);
        return answer.StatusCode != HttpStatusCode.NotFound;
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> WriteAsync(HttpMethod method, string path, JsonObject content, CancellationToken cancel)
    {
        HttpResponseMessage answer = await SendAsync(method, path, JsonContent.Create(content), cancel);
        if (answer.StatusCode != HttpStatusCode.NotFound)
        {
            return answer;
        }

        using (answer)
        {
            throw new CommandFailedException(
                ExitCode.Failure,
                $"The broker refuses {path}: {await ReadReasonAsync(answer, cancel)} (404). If an object of the group is missing, "
                    + "f2bbroker init creates it.");
        }
    }

    /// <summary>Sends a request. A response of success or "not found" is returned, any other throws.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancel)
    {
        using HttpRequestMessage request = new(method, path) { Content = content };
        TimeSpan timeout = method == HttpMethod.Delete ? DeleteTimeout : ResponseTimeout;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(timeout);
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, limit.Token);
        }
        catch (HttpRequestException failure)
        {
            throw TranslateError(failure);
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Unreachable($"no answer within {timeout.TotalSeconds} s");
        }

        clockAhead = answer.Headers.Date - TimeProvider.System.GetUtcNow() ?? clockAhead;
        if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.NotFound)
        {
            return answer;
        }

        using (answer)
        {
            throw RequestRefused(answer.StatusCode, path, await ReadReasonAsync(answer, cancel));
        }
    }

    private CommandFailedException TranslateError(HttpRequestException failure) =>
        failure.HttpRequestError switch
        {
            HttpRequestError.InvalidResponse or HttpRequestError.ResponseEnded or HttpRequestError.HttpProtocolError =>
                NotManagementApi(),
            HttpRequestError.SecureConnectionError => new CommandFailedException(
                ExitCode.Configuration,
                $"No secure connection to {login.Address}: {failure.GetBaseException().Message}"),
            _ => Unreachable(failure.GetBaseException().Message),
        };

    private CommandFailedException Unreachable(string why) =>
        new(
            ExitCode.BrokerUnreachable,
            $"The management API at {login.Address} cannot be reached: {why.TrimEnd('.')}. Is the address right, the broker up, "
                + "and its plugin enabled (rabbitmq-plugins enable rabbitmq_management)?");

    private CommandFailedException NotManagementApi() =>
        new(
            ExitCode.Configuration,
            $"What answers at {login.Address} is not RabbitMQ's management API, which has a port of its own (15672, or 15671 with https). "
                + "Enable it with rabbitmq-plugins enable rabbitmq_management.");

    private CommandFailedException RequestRefused(HttpStatusCode status, string path, string reason) =>
        status == HttpStatusCode.Unauthorized
            ? new CommandFailedException(
                ExitCode.Configuration,
                $"The broker refuses '{login.User}': {reason}. Needed are the right password, the tag administrator, and rights on the "
                    + "virtual host f2b, which f2bbroker init gives.")
            : new CommandFailedException(ExitCode.Failure, $"The broker refuses {path}: {reason} ({(int)status}).");

    private static async Task<string> ReadReasonAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        string text = await answer.Content.ReadAsStringAsync(cancel);
        try
        {
            return JsonNode.Parse(text)?["reason"]?.ToString() ?? "no reason given";
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return UntrustedText.Quote(text);
        }
    }
}
