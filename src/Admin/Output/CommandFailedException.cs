namespace F2bBroker.Admin.Output;

/// <summary>A command cannot be carried out; the sentence says why and what to do.</summary>
internal sealed class CommandFailedException(int exitCode, string sentence) : Exception(sentence)
{
    public int ExitCode => exitCode;
}
