using System.Diagnostics;

namespace F2bBroker.EndToEndTests;

/// <summary>
/// Runs programs as a user runs them: ours by name, others by path. Ours are in the folder F2B_PROGRAMS, or are those built with the tests.
/// </summary>
internal static class Built
{
    public const string Producer = "f2bbroker-producer";
    public const string Consumer = "f2bbroker-consumer";
    public const string Admin = "f2bbroker";

    private static readonly string Folder = Environment.GetEnvironmentVariable("F2B_PROGRAMS") ?? AppContext.BaseDirectory;

    /// <summary>Returns the path of one of our programs; another program as it is.</summary>
    public static string PathOf(string program)
    {
        string ours = Path.Combine(Folder, program);
        return File.Exists(ours) ? ours : program;
    }

    /// <summary>Returns the command that runs a program in a network namespace.</summary>
    /// <param name="network">The namespace's file; null for that of the test.</param>
    public static (string Program, IEnumerable<string> Arguments) In(string? network, string program, IEnumerable<string> arguments) =>
        network is null ? (program, arguments) : ("nsenter", [$"--net={network}", PathOf(program), .. arguments]);

    /// <summary>Starts a program with an empty standard input.</summary>
    /// <param name="environment">Variables, each <c>NAME=value</c>.</param>
    public static Process Start(string program, IEnumerable<string> arguments, params IEnumerable<string> environment)
    {
        ProcessStartInfo start = new(PathOf(program), arguments)
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

    internal sealed record Outcome(int ExitCode, string Output, string Errors);
}
