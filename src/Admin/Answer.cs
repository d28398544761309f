using System.Text.Json.Nodes;

namespace F2bBroker.Admin;

/// <summary>What a command that changes something has to say: sentences as they come, on standard error; or with --json one object at the end.</summary>
internal sealed class Answer(bool isJson)
{
    private readonly JsonArray done = [];
    private readonly JsonObject facts = [];

    /// <summary>What was done.</summary>
    public void Tell(string sentence)
    {
        if (isJson)
        {
            done.Add(sentence);
        }
        else
        {
            Console.Error.WriteLine(sentence);
        }
    }

    /// <summary>What a program may want to know of it.</summary>
    public void Add(string name, JsonNode? value) => facts[name] = value;

    /// <summary>What belongs on standard output.</summary>
    public void Print(string name, string text)
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
            Console.WriteLine(Json.Of(facts));
        }
    }
}
