using Spectre.Console;

namespace F2bBroker.Admin.Output;

/// <summary>Shows on a terminal what the command is waiting for.</summary>
internal static class WaitIndicator
{
    private static readonly Lazy<IAnsiConsole> Terminal = new(() =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));

    /// <param name="what">The text, such as <c>Reading f2b.history</c>.</param>
    public static Task<T> RunAsync<T>(string what, Func<Task<T>> act) =>
        Console.IsErrorRedirected ? act() : Terminal.Value.Status().StartAsync($"{Markup.Escape(what)} …", _ => act());
}
