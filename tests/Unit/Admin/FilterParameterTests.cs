using F2bBroker.Admin.Doctor;

namespace F2bBroker.UnitTests.Admin;

public sealed class FilterParameterTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData(".*", true)]
    [InlineData("a|b", true)]
    [InlineData("(?!nginx-).*", true)]
    [InlineData("(a|(b))c(?:d)", true)]
    [InlineData(@"a\)", true)]
    [InlineData(@"a\\)", false)]
    [InlineData("[)(]", true)]
    [InlineData("[^)]", true)]
    [InlineData("[])]", true)]
    [InlineData("[^])]", true)]
    [InlineData(@"[\])]", true)]
    [InlineData("[a])", false)]
    [InlineData("a)|(?:b", false)]
    [InlineData("(a", false)]
    [InlineData("a)", false)]
    [InlineData("a)(b", false)]
    public void Parentheses_are_balanced_if_none_belongs_to_the_filter(string pattern, bool isBalanced) =>
        Assert.Equal(isBalanced, new FilterParameter("jail", pattern).IsBalanced);

    [Fact]
    public void The_parameters_are_read_from_the_answer_of_fail2ban()
    {
        string answer = """
            The following regular expression are defined:
            |- [0]: ^\s?Ban (?:x)(?= jail=[A-Za-z0-9._-]+ server=[a-z0-9.-]+ detected=Z$) jail=(?:a)|(?:b) server=(?:.*) detected=Z$
            `- [1]: ^\s?Ban ::(?= jail=[A-Za-z0-9._-]+ server=[a-z0-9.-]+ detected=Z$) jail=(?:) server=(?:web[0-9]+) detected=Z$
            """;
        Assert.Equal(
            [new("jail", "a)|(?:b"), new("server", ".*"), new("jail", ""), new("server", "web[0-9]+")],
            FilterParameter.ReadAll(answer));
        Assert.Empty(FilterParameter.ReadAll("`- [0]: ^ Ban <HOST>$"));
    }
}
