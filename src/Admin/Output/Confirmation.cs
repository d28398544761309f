using F2bBroker.Contracts;
using Spectre.Console;

namespace F2bBroker.Admin.Output;

/// <summary>Asks the operator on the terminal before something that cannot be undone.</summary>
internal static class Confirmation
{
    /// <param name="question">The question, without its answers.</param>
    /// <param name="isGiven">True if the operator has confirmed with <c>--yes</c>.</param>
    /// <exception cref="CommandFailedException">The operator declines, or there is no terminal to ask on.</exception>
    public static void Require(string question, bool isGiven)
    {
        if (isGiven)
        {
            return;
        }

        if (Console.IsInputRedirected || Console.IsErrorRedirected)
        {
            throw new CommandFailedException(ExitCode.Configuration, $"{question} Give --yes to confirm.");
        }

        IAnsiConsole terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (!terminal.Confirm(Markup.Escape(question), defaultValue: false))
        {
            throw new CommandFailedException(ExitCode.Configuration, "Nothing was changed.");
        }
    }
}
