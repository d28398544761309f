using System.Globalization;

namespace F2bBroker.Bench;

/// <summary>One row of the table.</summary>
/// <param name="What">What was measured, with its unit.</param>
/// <param name="Floor">The result of RabbitMQ.Client alone, or of a plain read, on the same machine in the same run; null if there is
/// none.</param>
/// <param name="Target">The limit of the ratio if there is a floor, otherwise of the value; null if there is none.</param>
/// <param name="IsUpper">True if the target is a maximum, false if it is a minimum.</param>
internal sealed record Result(string What, double Measured, double? Floor = null, double? Target = null, bool IsUpper = false)
{
    private double? Ratio => Measured / Floor;

    private string Comparison => (Target, IsUpper) switch
    {
        (null, _) => "",
        (double max, true) => $"at most {Text(max)}: {Met((Ratio ?? Measured) <= max)}",
        (double min, false) => $"at least {Text(min)}: {Met((Ratio ?? Measured) >= min)}",
    };

    public static void Print(IEnumerable<Result> results)
    {
        Console.WriteLine("| what | measured | floor | ratio | target |");
        Console.WriteLine("| --- | ---: | ---: | ---: | --- |");
        foreach (Result result in results)
        {
            Console.WriteLine(
                $"| {result.What} | {Text(result.Measured)} | {Text(result.Floor)} | {Text(result.Ratio)} | {result.Comparison} |");
        }
    }

    private static string Met(bool isMet) => isMet ? "met" : "missed";

    private static string Text(double? value) => value?.ToString(value >= 100 ? "#,##0" : "0.00", CultureInfo.InvariantCulture) ?? "";
}
