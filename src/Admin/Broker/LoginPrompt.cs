using System.Text;

namespace F2bBroker.Admin.Broker;

/// <summary>Asks for the login on the terminal.</summary>
internal static class LoginPrompt
{
    /// <summary>Returns the prompt; null without a terminal.</summary>
    public static Func<(string User, string Password)>? Create() => Console.IsInputRedirected ? null : Ask;

    private static (string User, string Password) Ask()
    {
        Console.Error.Write("User: ");
        string user = Console.ReadLine() ?? "";
        Console.Error.Write("Password: ");
        string password = ReadHidden();
        Console.Error.WriteLine();
        return (user, password);
    }

    private static string ReadHidden()
    {
        StringBuilder text = new();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else
            {
                text.Append(key.KeyChar);
            }
        }

        return text.ToString();
    }
}
