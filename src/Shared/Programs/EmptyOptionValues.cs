using System.CommandLine;

namespace F2bBroker.Shared.Programs;

/// <summary>Empty values of command line options, as an unset variable of a shell script leaves them.</summary>
internal static class EmptyOptionValues
{
    /// <summary>
    /// Makes an empty value of an option of this command, or of its subcommands, an error that names the option. An option that is empty by
    /// default may be empty.
    /// </summary>
    public static void Refuse(Command command)
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
            Refuse(subcommand);
        }
    }
}
