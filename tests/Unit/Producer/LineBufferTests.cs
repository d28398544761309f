using System.Text;
using F2bBroker.Producer.Sources;

namespace F2bBroker.UnitTests.Producer;

public sealed class LineBufferTests
{
    private readonly LineBuffer buffer = new();
    private int behind;

    [Fact]
    public void A_partial_line_is_kept_until_its_end_arrives()
    {
        Assert.Equal("one\n", Read("one\ntw"));
        Assert.True(buffer.HasPartialLine);
        Assert.Equal("", Read("o"));
        Assert.Equal("two\nthree\n", Read("\nthree\n"));
        Assert.False(buffer.HasPartialLine);
    }

    [Fact]
    public void A_line_that_is_too_long_is_skipped_and_counted()
    {
        Assert.Equal("before\n", Read("before\n"));
        for (int i = 0; i < 40; i++)
        {
            Assert.Equal("", Read(new string('x', 10_000)));
        }

        Assert.Equal("after\n", Read("end of it\nafter\n"));
        Assert.Equal(1, buffer.OverlongLineCount);
    }

    [Fact]
    public void NULs_before_a_partial_line_are_no_part_of_it_however_many_they_are()
    {
        for (int i = 0; i < 40; i++)
        {
            Assert.Equal("", Read(new string('\0', 10_000)));
            Assert.False(buffer.HasPartialLine);
        }

        Assert.Equal("", Read("\0\0on"));
        Assert.True(buffer.HasPartialLine);
        Assert.Equal("one\n", Read("e\n"));
        Assert.Equal(0, buffer.OverlongLineCount);
    }

    [Fact]
    public void A_line_may_be_as_long_as_the_buffer_with_its_LF()
    {
        string longest = new string('x', LineBuffer.MaxLineLength - 1) + "\n";
        Assert.Equal(longest, Read(longest));
        Assert.Equal(0, buffer.OverlongLineCount);
        Assert.Equal("next\n", Read("x" + longest + "next\n"));
        Assert.Equal("next\n", Read("x" + longest + "next\n"));
        Assert.Equal(2, buffer.OverlongLineCount);
    }

    [Fact]
    public void A_line_that_is_being_skipped_is_partial()
    {
        Read(new string('x', LineBuffer.MaxLineLength));
        Assert.True(buffer.HasPartialLine);
        Read("end of it\n");
        Assert.False(buffer.HasPartialLine);
    }

    [Theory]
    [InlineData("one\n", 0)]
    [InlineData("one\ntw", 2)]
    [InlineData("one\n\0\0tw", 4)]
    [InlineData("tw", 2)]
    public void The_bytes_after_the_last_whole_line_are_counted(string text, int expected)
    {
        Read(text);
        Assert.Equal(expected, behind);
    }

    private string Read(string text)
    {
        StringBuilder lines = new();
        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(text);
        while (bytes.Length > 0)
        {
            Span<byte> space = buffer.GetFreeSpace();
            int count = Math.Min(space.Length, bytes.Length);
            bytes[..count].CopyTo(space);
            bytes = bytes[count..];
            lines.Append(Encoding.UTF8.GetString(buffer.Lines(count, out behind).Span));
        }

        return lines.ToString();
    }
}
