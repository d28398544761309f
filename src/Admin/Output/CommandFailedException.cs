namespace F2bBroker.Admin.Output;

/// <summary>A command failed. The message names the reason and the remedy.</summary>
internal sealed class CommandFailedException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}
