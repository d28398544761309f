using Spectre.Console;

namespace F2bBroker.Admin.Output;

/// <summary>Shows on a terminal what the command is waiting for, if it takes more than a second.</summary>
internal static class WaitIndicator
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    private static readonly Lazy<IAnsiConsole> Terminal = new(() =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));

    /// <param name="what">The text, such as <c>Reading f2b.history</c>.</param>
    public static Task<T> RunAsync<T>(string what, Func<Task<T>> act) => RunAsync(what, _ => act());

    /// <param name="what">The first text.</param>
    /// <param name="act">Receives a method that changes the text.</param>
    public static async Task<T> RunAsync<T>(string what, Func<Action<string>, Task<T>> act)
    {
        string text = what;
        StatusContext? shown = null;
        Task<T> running = act(next =>
        {
            text = next;
            shown?.Status(Format(next));
        });
        if (!Console.IsErrorRedirected && await Task.WhenAny(running, Task.Delay(Delay, TimeProvider.System)) != running)
        {
            await Terminal.Value.Status().StartAsync(Format(text), status =>
            {
                shown = status;
                return running;
            });
        }

        return await running;
    }

    private static string Format(string text) => $"{Markup.Escape(text)} …";
}
