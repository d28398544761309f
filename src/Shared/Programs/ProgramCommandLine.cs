using System.CommandLine;
using System.CommandLine.Invocation;
using F2bBroker.Contracts;

namespace F2bBroker.Shared.Programs;

/// <summary>The rules that the command lines of all programs share.</summary>
internal static class ProgramCommandLine
{
    /// <summary>
    /// Runs the command that the arguments name. Returns its exit code; <see cref="ExitCode.Configuration"/> if the arguments are wrong.
    /// </summary>
    public static async Task<int> InvokeAsync(RootCommand root, string[] args, InvocationConfiguration? configuration = null)
    {
        RefuseEmptyValues(root);
        ParseResult parsed = root.Parse(args);
        int code = await parsed.InvokeAsync(configuration);
        return parsed.Action is ParseErrorAction ? ExitCode.Configuration : code;
    }

    /// <summary>
    /// Makes an empty value of an option, as an unset variable of a shell script leaves it, an error that names the option. An option that
    /// is empty by default may be empty.
    /// </summary>
    private static void RefuseEmptyValues(Command command)
    {
        foreach (Option option in command.Options.Where(option => !option.HasDefaultValue || option.GetDefaultValue() is not ""))
        {
            option.Validators.Add(result =>
            {
                if (result.Tokens.Any(token => token.Value.Length == 0))
                {
                    result.AddError($"The value of {option.Name} is empty.");
                }
            });
        }

        foreach (Command subcommand in command.Subcommands)
        {
            RefuseEmptyValues(subcommand);
        }
    }
}
