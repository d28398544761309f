using F2bBroker.Daemon;
using Serilog.Events;
using Serilog.Parsing;

namespace F2bBroker.UnitTests.Daemon;

public sealed class DaemonLogFormatterTests
{
    [Fact]
    public void Untrusted_text_neither_starts_a_line_nor_controls_a_terminal()
    {
        string[] controls =
        [
            .. Enumerable.Range(0, 0x20).Append(0x7f).Append(0x85).Select(c => ((char)c).ToString()),
            "\u2028",
            "\u2029",
            "\u202e",
            "\ud800",
            "\r\n",
        ];
        foreach (string control in controls)
        {
            MessageTemplate template = new MessageTemplateParser().Parse("{Text:l}");
            LogEvent logEvent = new(
                Some.Time,
                LogEventLevel.Error,
                new IOException($"c{control}d"),
                template,
                [new("Text", new ScalarValue($"a{control}b"))]);
            StringWriter output = new();
            new DaemonLogFormatter().Format(logEvent, output);
            Assert.Matches("^[^\n]*a b \\(.*c d\\)\n\\z", output.ToString());
        }
    }
}
