using System.Text.Json.Nodes;

namespace F2bBroker.Admin.Output;

/// <summary>The output of a command that changes something: messages on standard error, or with --json one object at the end.</summary>
internal sealed class CommandOutput(bool isJson)
{
    private readonly JsonArray done = [];
    private readonly JsonObject facts = [];

    /// <summary>Writes what was done.</summary>
    public void WriteMessage(string message)
    {
        if (isJson)
        {
            done.Add(message);
        }
        else
        {
            Console.Error.WriteLine(message);
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
            Console.Out.Write(text);
        }
    }

    public void Finish()
    {
        if (isJson)
        {
            facts["done"] = done;
            Console.WriteLine(Json.Indented(facts));
        }
    }
}
