using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.Consumer.Receiving;

/// <summary>Describes a limit of the broker that prevents the consumer from using its queues.</summary>
internal static class QueueLimit
{
    /// <returns>Null if the failure has another cause.</returns>
    public static string? Describe(Settings settings, Exception failure) =>
        BrokerLimit.Find(failure) is { } limit ? $"The broker does not serve the queue of '{settings.Server}': {limit}." : null;
}
