using System.CommandLine;
using F2bBroker.Admin.Servers;

namespace F2bBroker.Admin.Commands;

/// <summary>The argument of commands for one or several servers.</summary>
internal sealed class ServerNames
{
    public Argument<string[]> Argument { get; } = new("SERVER")
    {
        Description = "The servers' names.",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Returns the names, each once.</summary>
    /// <exception cref="Output.CommandFailedException">A name is not valid.</exception>
    public IReadOnlyList<string> Read(ParseResult parsed) => [.. parsed.GetValue(Argument)!.Select(ServerUser.ValidateName).Distinct()];
}
