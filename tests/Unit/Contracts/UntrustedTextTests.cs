using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Contracts;

public sealed class UntrustedTextTests
{
    [Theory]
    [InlineData("", "''")]
    [InlineData("web1", "'web1'")]
    [InlineData("a\nb\u001b[1mü", "'a?b?[1m?'")]
    public void Quoted_text_is_printable_ASCII(string text, string quoted) => Assert.Equal(quoted, UntrustedText.Quote(text));

    [Fact]
    public void Quoted_text_has_at_most_64_characters()
    {
        Assert.Equal($"'{new string('x', 64)}'", UntrustedText.Quote(new string('x', 64)));
        Assert.Equal($"'a?b?{new string('x', 60)}'...", UntrustedText.Quote("a\nbü" + new string('x', 100)));
    }

    [Theory]
    [InlineData("", 5, "")]
    [InlineData("a \t\r\n b", 5, "a b")]
    [InlineData("a\u001bbü", 5, "a?b?")]
    [InlineData("abcdef", 5, "abcde")]
    [InlineData("a    bcdef", 5, "a bcd")]
    public void Truncated_text_is_one_line_of_printable_ASCII(string text, int maxLength, string truncated) =>
        Assert.Equal(truncated, UntrustedText.Truncate(text, maxLength));

    [Theory]
    [InlineData("Straße 東京", "Straße 東京")]
    [InlineData("a\r\nb\nc", "a b c")]
    [InlineData("a\u001b[31mb", "a [31mb")]
    [InlineData("a\u202eb\u2028c\u0085d", "a b c d")]
    public void A_single_line_keeps_letters_and_has_no_control_characters(string text, string line) =>
        Assert.Equal(line, UntrustedText.ToSingleLine(text));
}
