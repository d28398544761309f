using System.Text.Json.Nodes;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Policies;

namespace F2bBroker.UnitTests.Admin;

public sealed class RetentionTests
{
    [Theory]
    [InlineData("7d", "7D")]
    [InlineData("2w", "14D")]
    [InlineData("36h", "36h")]
    [InlineData("90m", "90m")]
    [InlineData("3600", "1h")]
    [InlineData("61s", "61s")]
    public void The_age_is_written_in_RabbitMQs_units(string option, string written)
    {
        JsonObject definition = Retention.Parse(option, null).Apply(GroupPolicy.History).Definition;
        Assert.Equal((written, "536870912"), ((string?)definition["max-age"], $"{definition["max-length-bytes"]}"));
        Assert.Equal(Retention.Parse(option, null).Age, Retention.ParseAge(written));
    }

    [Theory]
    [InlineData("512MB", 536_870_912)]
    [InlineData("2GB", 2_147_483_648)]
    [InlineData("1TB", 1_099_511_627_776)]
    public void A_megabyte_is_1024_times_1024_bytes(string option, long bytes)
    {
        JsonObject definition = Retention.Parse(null, option).Apply(GroupPolicy.History).Definition;
        Assert.Equal(("1D", bytes), ((string?)definition["max-age"], (long)definition["max-length-bytes"]!));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("7D", null)]
    [InlineData("0", null)]
    [InlineData("59s", null)]
    [InlineData("999999999w", null)]
    [InlineData(null, "2")]
    [InlineData(null, "63MB")]
    [InlineData(null, "2gb")]
    [InlineData(null, "-2GB")]
    [InlineData(null, "2GB ")]
    public void Another_value_is_refused(string? age, string? size)
    {
        CommandFailedException error = Assert.Throws<CommandFailedException>(() => Retention.Parse(age, size));
        Assert.Equal(
            (78, age is not null
                ? $"--retention: '{age}' is not a number and s, m, h, d or w, at least 1m."
                : $"--retention-size: '{size}' is not a number and MB, GB or TB, at least 64MB."),
            (error.ExitCode, error.Message));
    }

    [Theory]
    [InlineData("1Y", 365)]
    [InlineData("2M", 60)]
    [InlineData("48h", 2)]
    [InlineData("1w", null)]
    [InlineData("", null)]
    public void The_age_of_a_policy_is_read(string text, int? days) =>
        Assert.Equal(days is { } count ? TimeSpan.FromDays(count) : null, Retention.ParseAge(text));
}
