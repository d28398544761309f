namespace F2bBroker.UnitTests.Architecture;

/// <summary>One type names another.</summary>
/// <param name="From">The folder of the type.</param>
/// <param name="Type">The type, or the outer type of a nested one.</param>
/// <param name="To">The folder of the named type.</param>
/// <param name="Target">The named type.</param>
/// <param name="Assembly">The assembly of the named type.</param>
internal sealed record TypeReference(string From, string Type, string To, string Target, string Assembly);
