namespace F2bBroker.EndToEndTests.Faults;

/// <summary>What a server that was taken over did, and what it cost the others, as rows of a Markdown table; <c>./test.sh --soak</c> prints it.</summary>
internal static class FloodTable
{
    private static readonly string? Path = Environment.GetEnvironmentVariable("F2BBROKER_FLOOD_TABLE");

    /// <param name="done">What it did.</param>
    /// <param name="lasted">For how long.</param>
    /// <param name="amount">How much it brought the broker to take.</param>
    /// <param name="cost">What it cost the others.</param>
    /// <param name="bound">The setting that bounds it.</param>
    public static void Add(string done, TimeSpan lasted, string amount, string cost, string bound)
    {
        if (Path is not null)
        {
            File.AppendAllText(Path, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"| {done} | {lasted.TotalSeconds:0} s | {amount} | {cost} | {bound} |\n"));
        }
    }
}
