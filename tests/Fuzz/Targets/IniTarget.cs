using System.Text;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using static F2bBroker.Fuzz.BrokenRuleException;

namespace F2bBroker.Fuzz.Targets;

/// <summary>A configuration file.</summary>
internal static class IniTarget
{
    private const string Password = "6bf1c0de-only-in-the-file";

    public static void Run(byte[] input)
    {
        if (Load(input) is { } settings)
        {
            CheckValues(settings);
        }

        // As a line of its own, and as the value of a key.
        Load([.. input, .. Encoding.UTF8.GetBytes($"\n{Password}\n")]);
        Load([.. input, .. Encoding.UTF8.GetBytes($"\n[broker]\npassword = {Password}\n")]);
    }

    private static Settings? Load(byte[] content)
    {
        using InputFile file = new("f2bbroker.conf", content);
        try
        {
            return SettingsFile.Load(file.Path);
        }
        catch (InvalidConfigurationException failure)
        {
            ThrowUnless(failure.Errors.Count > 0 && failure.Errors.All(error => error.Length > 0), "An error has a sentence.");
            ThrowUnless(!failure.Message.Contains(Password, StringComparison.Ordinal), "No message contains the password.");
            return null;
        }
    }

    private static void CheckValues(Settings settings)
    {
        ThrowUnless(ServerName.IsValid(settings.Server), "The server's name is valid.");
        ThrowUnless(settings.Broker.Nodes.Count > 0, "There is a broker.");
        ThrowUnless(settings.Broker.Nodes.All(node => node.Host.Length is > 0 and <= 253), "DNS can resolve the broker's name.");
        ThrowUnless(Encoding.UTF8.GetByteCount(settings.Broker.VirtualHost) <= 255, "AMQP can transmit the virtual host.");
        ConsumerSettings consumer = settings.Consumer;
        ThrowUnless(consumer.MaxAge > TimeSpan.Zero && consumer.Quarantine > TimeSpan.Zero, "Durations are above zero.");
        ThrowUnless(consumer.From.Keys.All(ServerName.IsValid), "A section [from NAME] names a server.");
        ThrowUnless(
            consumer.AllRules.All(rules => rules is { MinPrefix4: >= 1 and <= 32, MinPrefix6: >= 1 and <= 128, Quorum: >= 1 and <= 1000 }),
            "Numbers are within their limits.");
    }
}
