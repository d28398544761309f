using System.ComponentModel;
using System.Diagnostics;

namespace F2bBroker.Shared.Programs;

/// <summary>Runs a program of this machine and reads its output.</summary>
internal static class ExternalProgram
{
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Returns the result; null if the program is not installed. A program that does not end in time is killed, and the result is a
    /// failure.
    /// </summary>
    public static async Task<Result?> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancel)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            return await ReadOutputAsync(process, program, cancel);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Returns true if a program with that name is installed.</summary>
    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Append("/usr/sbin")
            .Append("/sbin")
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static async Task<Result> ReadOutputAsync(Process process, string program, CancellationToken cancel)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(ResponseTimeout);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new Result(process.ExitCode == 0, (await output).Trim(), (await errors).Trim());
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new Result(false, "", $"{program} does not answer within {ResponseTimeout.TotalSeconds} s");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <param name="IsSuccess">True if the exit code is 0.</param>
    internal sealed record Result(bool IsSuccess, string Output, string Errors)
    {
        /// <summary>The whole output in one line.</summary>
        public string AllOutput =>
            string.Join(' ', $"{Errors} {Output}".Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                .Trim();

        /// <summary>The last line of the output, without the tree that fail2ban-client draws.</summary>
        public string LastLine => Output.Split('\n')[^1].TrimStart('`', '-', '|', ' ').Trim();
    }
}
