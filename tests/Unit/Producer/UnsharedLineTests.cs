using System.Text;
using F2bBroker.Producer.Parsing;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.UnitTests.Producer;

/// <summary>Reasons that depend on the limits of a rule. The corpus tests the others.</summary>
public sealed class UnsharedLineTests
{
    [Theory]
    [InlineData(" Ban 192.0.2.1", true)]
    [InlineData(" Reban 192.0.2.1", true)]
    [InlineData(" already banned", true)]
    [InlineData("[sshd] Unban 192.0.2.1", false)]
    [InlineData("[sshd] Found 192.0.2.1", false)]
    public void Only_lines_with_the_words_are_explained(string line, bool isCandidate) =>
        Assert.Equal(isCandidate, UnsharedLine.IsCandidate(Encoding.UTF8.GetBytes(line)));

    [Theory]
    [InlineData(200, "in an unknown form")]
    [InlineData(201, "of a jail with a long name")]
    public void A_jail_with_a_name_of_more_than_200_characters_is_named(int length, string reason) =>
        Assert.Equal(reason, UnsharedLine.FindReason($"[{new string('x', length)}] Ban 192.0.2.1", LogFormat.Fail2Ban).Text);

    [Fact]
    public void The_logger_of_fail2ban_0_9_0_is_an_actions_logger() => Assert.Equal(
        SkipReason.AlreadyBanned,
        UnsharedLine.FindReason(
            "2014-03-20 15:23:56,380 fail2ban.server.actions[123]: NOTICE  [ssh] 192.0.2.1 already banned",
            LogFormat.Fail2Ban));

    [Theory]
    [InlineData("NOTIC", "with ']' and a blank in the name of a jail or user")]
    [InlineData("INFO ", "another message")]
    public void A_notice_that_ends_like_a_ban_may_be_one_also_if_its_level_is_cut(string level, string reason) => Assert.Equal(
        reason,
        UnsharedLine.FindReason($" 2026-11-26 23:31:30,856 7F2D461EA040 {level} [a] b] Ban 192.0.2.1", LogFormat.Fail2Ban).Text);

    [Fact]
    public void A_consumers_line_can_be_forwarded_by_a_bridge_only()
    {
        Assert.Null(UnsharedLine.FindReasonOfForm(LogForm.Consumer, LogFormat.F2bBroker));
        Assert.Equal(SkipReason.WrittenByConsumer, UnsharedLine.FindReasonOfForm(LogForm.Consumer, LogFormat.Fail2Ban));
    }
}
