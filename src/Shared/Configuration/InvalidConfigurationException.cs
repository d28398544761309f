namespace F2bBroker.Shared.Configuration;

/// <summary>The configuration is not valid. Each error names file, section, key or value, and the rule.</summary>
internal sealed class InvalidConfigurationException(params IReadOnlyList<string> messages) : Exception(string.Join(' ', messages))
{
    public IReadOnlyList<string> Errors => messages;
}
