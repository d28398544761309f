using System.Diagnostics;

namespace F2bBroker.EndToEndTests;

/// <summary>Runs programs as a user runs them: the built ones by name, others by path.</summary>
internal static class Built
{
    public const string Producer = "f2bbroker-producer";
    public const string Consumer = "f2bbroker-consumer";
    public const string Admin = "f2bbroker";

    /// <summary>Returns the command that runs a program in a network namespace.</summary>
    /// <param name="network">The namespace's file; null for that of the test.</param>
    public static (string Program, IEnumerable<string> Arguments) In(string? network, string program, IEnumerable<string> arguments) =>
        network is null ? (program, arguments) : ("nsenter", [$"--net={network}", Find(program), .. arguments]);

    /// <summary>Starts a program with an empty standard input.</summary>
    /// <param name="environment">Variables, each <c>NAME=value</c>.</param>
    public static Process Start(string program, IEnumerable<string> arguments, params IEnumerable<string> environment)
    {
        ProcessStartInfo start = new(Find(program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string[] pair in environment.Select(variable => variable.Split('=', 2)))
        {
            start.Environment[pair[0]] = pair[1];
        }

        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Runs a program until it ends.</summary>
    public static Task<Outcome> RunAsync(string program, IEnumerable<string> arguments, params IEnumerable<string> environment) =>
        RunAsync(TimeSpan.FromMinutes(10), program, arguments, environment);

    /// <param name="within">The timeout. After it, the program and its child processes are killed.</param>
    public static async Task<Outcome> RunAsync(
        TimeSpan within,
        string program,
        IEnumerable<string> arguments,
        params IEnumerable<string> environment)
    {
        using Process process = Start(program, arguments, environment);
        using CancellationTokenSource limit = new(within, TimeProvider.System);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new Outcome(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Returns the path of a built program; another program as it is.</summary>
    private static string Find(string program)
    {
        string beside = Path.Combine(AppContext.BaseDirectory, program);
        return File.Exists(beside) ? beside : program;
    }

    internal sealed record Outcome(int ExitCode, string Output, string Errors);
}
