using System.Globalization;
using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>
/// Finds queue and binding changes that a server's login permits but F2bBroker never makes. They indicate that the server was compromised.
/// No setting of the broker forbids them; <c>f2bbroker status</c> reports them.
/// </summary>
internal static class QueueAnomalies
{
    /// <summary>Returns messages for each server, and under an empty name those that do not show which server it was.</summary>
    /// <param name="queues">The management API's answer to <c>queues/f2b</c>.</param>
    /// <param name="bindings">The management API's answer to <c>bindings/f2b</c>; source, destination, destination_type and routing_key are
    /// read.</param>
    public static ILookup<string, string> Find(JsonNode? queues, JsonNode? bindings)
    {
        JsonNode[] all = [.. queues.Rows()];
        Dictionary<BindingKey, int> counts = bindings.Rows()
            // Consumers of version 0.1 still bind their error queue for each quarantine.
            .Where(binding => QuarantineMarker.Parse(binding) is null)
            .GroupBy(binding => new BindingKey(
                binding.Text("source"),
                binding.Text("destination"),
                binding.Text("destination_type") == "exchange"))
            .ToDictionary(same => same.Key, same => same.Count());
        return all.SelectMany(CheckArguments)
            .Concat(all.Select(queue => queue.Text("name")).Where(IsBansQueue).SelectMany(queue => CheckBansBinding(queue, counts)))
            .Concat(counts.SelectMany(pair => CheckOtherBindings(pair.Key, pair.Value)))
            .ToLookup(anomaly => anomaly.Server, anomaly => anomaly.Message);
    }

    private static IEnumerable<Anomaly> CheckArguments(JsonNode queue)
    {
        string name = queue.Text("name");
        if (Topology.FindServer(name) is not { } server)
        {
            yield break;
        }

        JsonObject arguments = queue["arguments"] as JsonObject ?? [];
        string[] strange =
        [
            .. arguments
                .Select(argument => argument.Key)
                .Where(key => !IsExpectedArgument(key, name, arguments))
                .Order(StringComparer.Ordinal),
        ];
        if (strange.Length > 0)
        {
            yield return new Anomaly(
                server,
                $"The queue {name} has arguments that F2bBroker never sets ({string.Join(", ", strange)}): it may refuse or copy every "
                    + "server's bans.");
        }

        if (arguments.Text(QueueType.TypeArgument) == "stream")
        {
            yield return new Anomaly(server, $"The queue {name} is a stream, which F2bBroker never declares.");
        }

        if (Is(queue, "exclusive") || Is(queue, "auto_delete") || (queue["durable"] is not null && !Is(queue, "durable")))
        {
            yield return new Anomaly(
                server,
                $"The queue {name} is exclusive or not durable: it goes with its connection or with the broker, and what waits in it too.");
        }
    }

    private static bool IsExpectedArgument(string key, string queue, JsonObject arguments) =>
        key == QueueType.TypeArgument
        || (key == QueueType.SingleActiveConsumerArgument
            && IsBansQueue(queue)
            && arguments.Text(QueueType.TypeArgument) == QueueType.Quorum.Name);

    private static IEnumerable<Anomaly> CheckBansBinding(string queue, Dictionary<BindingKey, int> bindings)
    {
        int times = bindings.GetValueOrDefault(new BindingKey(Topology.BansExchange, queue, IsToExchange: false));
        if (times != 1)
        {
            yield return new Anomaly(
                Topology.FindServer(queue)!,
                $"The queue {queue} is bound {Times(times)} to {Topology.BansExchange} instead of once.");
        }
    }

    private static IEnumerable<Anomaly> CheckOtherBindings(BindingKey key, int times)
    {
        if (key.IsToExchange && (Topology.FindServer(key.From) ?? Topology.FindServer(key.To)) is { } owner)
        {
            yield return new Anomaly(
                owner,
                $"The exchange {key.To} is fed by the exchange {key.From} ({Times(times)}), which F2bBroker never sets up.");
        }
        else if (key.To == Topology.HealthExchange)
        {
            yield return new Anomaly(
                "",
                $"The exchange {key.To} is fed by the exchange {UntrustedText.ToSingleLine(key.From)} ({Times(times)}), which F2bBroker "
                    + "never sets up. A server's login permits it: delete the binding in the management UI, and find the server.");
        }
        else if (!key.IsToExchange && times > 1 && Topology.FindServer(key.From) is { } server)
        {
            yield return new Anomaly(server, $"The queue {key.To} is bound {Times(times)} to the exchange {key.From} instead of once.");
        }
    }

    private static bool IsBansQueue(string name) => Topology.FindServer(name) is { } server && name == Topology.QueueFor(server);

    private static string Times(int times) => times == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{times:N0} times");

    private static bool Is(JsonNode node, string key) => node.Text(key) == "true";

    private sealed record Anomaly(string Server, string Message);

    /// <summary>A binding from an exchange to a queue or to another exchange.</summary>
    private sealed record BindingKey(string From, string To, bool IsToExchange);
}
