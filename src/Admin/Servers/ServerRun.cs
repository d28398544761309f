using System.Text.Json.Nodes;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>A command for one of several servers, and its result.</summary>
internal sealed class ServerRun
{
    private readonly string server;
    private readonly StringWriter messages = new();
    private readonly StringWriter results = new();
    private readonly CommandOutput row;

    public ServerRun(string server, bool isJson)
    {
        this.server = server;
        row = new CommandOutput(isJson, messages, results);
        row.AddField("server", server);
    }

    /// <summary>True if something was changed, false if there was nothing to do; null if it failed or was not tried.</summary>
    public bool? HasChanged { get; private set; }

    public CommandFailedException? Error { get; private set; }

    public bool IsTried => HasChanged is not null || Error is not null;

    /// <summary>The error, with the name of the server if it concerns only this one and does not begin with it.</summary>
    public string FailureMessage =>
        Error!.ExitCode == ExitCode.BrokerUnreachable || Error.Message.StartsWith($"'{server}'", StringComparison.Ordinal)
            ? Error.Message
            : $"'{server}': {Error.Message}";

    public async Task RunAsync(Func<string, CommandOutput, Task<bool>> act)
    {
        try
        {
            HasChanged = await act(server, row);
        }
        catch (CommandFailedException error)
        {
            Error = error;
        }
    }

    /// <summary>Returns the fields of the server, with the error.</summary>
    public JsonObject TakeJson()
    {
        row.AddField("error", Error?.Message);
        return row.TakeJson();
    }

    /// <summary>Writes the results and, if wanted, the messages.</summary>
    public void WriteText(CommandOutput output, bool withMessages)
    {
        output.WriteResult(server, results.ToString());
        string text = messages.ToString().TrimEnd('\n');
        if (withMessages && text.Length > 0)
        {
            output.WriteMessage(text);
        }
    }
}
