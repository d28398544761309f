using F2bBroker.Contracts;

namespace F2bBroker.Admin.Health;

/// <summary>A daemon of a server.</summary>
/// <param name="Program"><c>consumer</c> or <c>producer</c>.</param>
internal sealed record ProgramName(string Server, string Program)
{
    public static ProgramName From(HealthMessage message) => new(message.Server, message.Program);
}
