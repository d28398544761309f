using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>The names of servers in a file: one a line. <c>#</c> begins a comment.</summary>
internal static class ServerList
{
    private const int MaxListedErrors = 10;

    /// <summary>Returns the names in the order of the file, each once.</summary>
    /// <exception cref="CommandFailedException">The file cannot be read, a line is not a server name, or there is none.</exception>
    public static IReadOnlyList<string> Read(string file)
    {
        try
        {
            return Parse(file, File.ReadAllLines(file));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Configuration, $"--list: {failure.Message}");
        }
    }

    /// <inheritdoc cref="Read"/>
    public static IReadOnlyList<string> Parse(string file, IEnumerable<string> lines)
    {
        (int Number, string Name)[] named =
        [
            .. lines
                .Select((line, index) => (Number: index + 1, Name: line.Split('#')[0].Trim()))
                .Where(line => line.Name.Length > 0),
        ];
        string[] errors =
        [
            .. named
                .Where(line => !ServerName.IsValid(line.Name))
                .Select(line => $"{file}, line {line.Number}: {UntrustedText.Quote(line.Name)} is not a server name."),
        ];
        return (errors.Length, named.Length) switch
        {
            ( > 0, _) => throw new CommandFailedException(
                ExitCode.Configuration,
                string.Join('\n', [.. Shorten(errors), $"A name has {ServerName.Rule}. Nothing was changed."])),
            (_, 0) => throw new CommandFailedException(ExitCode.Configuration, $"{file} names no server."),
            _ => [.. named.Select(line => line.Name).Distinct()],
        };
    }

    private static IEnumerable<string> Shorten(string[] errors) => errors.Length <= MaxListedErrors
        ? errors
        : errors.Take(MaxListedErrors).Append($"{errors.Length - MaxListedErrors} more lines are not server names.");
}
