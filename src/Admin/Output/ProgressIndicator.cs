using Spectre.Console;

namespace F2bBroker.Admin.Output;

/// <summary>Shows on a terminal how many of many steps are done.</summary>
internal static class ProgressIndicator
{
    /// <param name="what">The text beside the bar.</param>
    /// <param name="count">The number of steps.</param>
    /// <param name="act">Receives a method to call after each step.</param>
    public static async Task RunAsync(string what, int count, Func<Action, Task> act)
    {
        if (Console.IsErrorRedirected)
        {
            await act(() => { });
            return;
        }

        IAnsiConsole terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await terminal.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(what), maxValue: count);
                return act(() => task.Increment(1));
            });
    }
}
