using System.Text.Json.Nodes;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Output;

/// <summary>The output of a command that changes something: messages on standard error, or with --json one object at the end.</summary>
internal sealed class CommandOutput(bool isJson, TextWriter messages, TextWriter results)
{
    private readonly JsonArray done = [];
    private readonly JsonObject facts = [];

    public CommandOutput(bool isJson)
        : this(isJson, Console.Error, Console.Out)
    {
    }

    public bool IsJson => isJson;

    /// <summary>The command's exit code if it fails for some of several servers and goes on.</summary>
    public int FinalExitCode { get; set; } = ExitCode.Success;

    /// <summary>Writes what was done.</summary>
    public void WriteMessage(string message)
    {
        if (isJson)
        {
            done.Add(message);
        }
        else
        {
            messages.WriteLine(message);
        }
    }

    /// <summary>Adds a field of the JSON object.</summary>
    public void AddField(string name, JsonNode? value) => facts[name] = value;

    /// <summary>Writes the result to standard output.</summary>
    public void WriteResult(string name, string text)
    {
        if (isJson)
        {
            facts[name] = text;
        }
        else
        {
            results.Write(text);
        }
    }

    /// <summary>Returns the fields, and the messages as <c>done</c>. The object is complete, and is returned once.</summary>
    public JsonObject TakeJson()
    {
        facts["done"] = done;
        return facts;
    }

    public void Finish()
    {
        if (isJson)
        {
            Console.WriteLine(Json.Indented(TakeJson()));
        }
    }
}
