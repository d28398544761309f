using F2bBroker.Fuzz;

namespace F2bBroker.UnitTests.Properties;

/// <summary>The inputs from which <c>./test.sh --fuzz</c> starts, and those that it has found.</summary>
public sealed class FuzzCorpusTests
{
    private static readonly string Folder = Repository.Path("tests/Fuzz/corpus");

    public static TheoryData<string> Names => [.. FuzzTargets.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_target_breaks_a_rule_on_an_input_of_any_target(string target) =>
        Assert.All(Inputs("*"), input => FuzzTargets.All[target](File.ReadAllBytes(input)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_target_has_a_small_corpus(string target)
    {
        string[] inputs = Inputs(target);
        Assert.InRange(inputs.Length, 1, 40);
        Assert.All(inputs, input => Assert.InRange(new FileInfo(input).Length, 0, 10_000));
    }

    [Fact]
    public void Each_folder_of_the_corpus_is_that_of_a_target() =>
        Assert.Equal(FuzzTargets.All.Keys, Directory.GetDirectories(Folder).Select(folder => Path.GetFileName(folder)!).Order());

    private static string[] Inputs(string targets) =>
        [.. Directory.GetDirectories(Folder, targets).SelectMany(folder => Directory.GetFiles(folder)).Order()];
}
