namespace F2bBroker.UnitTests.Architecture;

/// <summary>A type that names another type.</summary>
/// <param name="From">The folder of the naming type below <c>src</c>: <c>Consumer.Rules</c>.</param>
/// <param name="Type">The naming type, or the outermost type around it.</param>
/// <param name="To">The folder of the named type; the assembly's name for a type from elsewhere: <c>RabbitMQ.Client</c>.</param>
/// <param name="Target">The named type.</param>
internal sealed record TypeReference(string From, string Type, string To, string Target)
{
    public override string ToString() => $"{Type} in {From} -> {Target} in {To}";
}
