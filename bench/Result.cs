using System.Globalization;

namespace F2bBroker.Bench;

/// <summary>One row of the table.</summary>
/// <param name="What">What was measured, with its unit.</param>
/// <param name="Floor">What RabbitMQ.Client alone, or a plain read, reaches on the same machine in the same run; null where nothing
/// compares.</param>
/// <param name="Target">The bound, of the ratio where there is a floor to compare with, else of the value; null where none is set.</param>
/// <param name="IsUpper">Whether the target is a most, not a least.</param>
internal sealed record Result(string What, double Measured, double? Floor = null, double? Target = null, bool IsUpper = false)
{
    private double? Ratio => Measured / Floor;

    private string Verdict => (Target, IsUpper) switch
    {
        (null, _) => "",
        (double most, true) => $"at most {Text(most)}: {Met((Ratio ?? Measured) <= most)}",
        (double least, false) => $"at least {Text(least)}: {Met((Ratio ?? Measured) >= least)}",
    };

    public static void Print(IEnumerable<Result> results)
    {
        Console.WriteLine("| what | measured | floor | ratio | target |");
        Console.WriteLine("| --- | ---: | ---: | ---: | --- |");
        foreach (Result result in results)
        {
            Console.WriteLine(
                $"| {result.What} | {Text(result.Measured)} | {Text(result.Floor)} | {Text(result.Ratio)} | {result.Verdict} |");
        }
    }

    private static string Met(bool isMet) => isMet ? "met" : "missed";

    private static string Text(double? value) => value?.ToString(value >= 100 ? "#,##0" : "0.00", CultureInfo.InvariantCulture) ?? "";
}
