using F2bBroker.Producer.Checks;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.UnitTests.Producer;

/// <summary>The check that the consumer that writes the log of a bridge does not let forwarded bans be forwarded again.</summary>
public sealed class BridgeCheckTests : IDisposable
{
    private readonly TempFolder folder = new();

    public BridgeCheckTests() => File.WriteAllText(folder["to-b.log"], "");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("bridge = true", true)]
    [InlineData("bridge = false", false)]
    [InlineData("", false)]
    public void The_consumer_that_writes_the_log_must_have_bridge(string line, bool isValid)
    {
        File.WriteAllText(folder["to-b.conf"], $"[consumer]\nlogpath = {folder["to-b.log"]}\n{line}\n");
        Settings settings = Load();
        string[] errors = [.. BridgeCheck.FindErrors(settings)];
        Assert.Equal(isValid, errors.Length == 0);
        Assert.All(errors, error => Assert.StartsWith($"[producer] logpath: the consumer of {folder["to-b.conf"]} writes ", error));
        Assert.Null(BridgeCheck.FindNotice(settings));
    }

    [Fact]
    public void A_local_file_overrides_the_other_configuration_too()
    {
        File.WriteAllText(folder["to-b.conf"], $"[consumer]\nlogpath = {folder["to-b.log"]}\n");
        File.WriteAllText(folder["to-b.local"], "[consumer]\nbridge = true\n");
        Assert.Empty(BridgeCheck.FindErrors(Load()));
    }

    [Fact]
    public void A_log_that_no_configuration_there_writes_is_only_noted()
    {
        File.WriteAllText(folder["other.conf"], $"[consumer]\nlogpath = {folder["other.log"]}\n");
        File.WriteAllText(folder["broken.conf"], "logpath\n");
        Settings settings = Load();
        Assert.Empty(BridgeCheck.FindErrors(settings));
        Assert.StartsWith($"No other configuration in {folder.Path} has [consumer] logpath = ", BridgeCheck.FindNotice(settings));
    }

    [Fact]
    public void A_log_of_fail2ban_is_an_error()
    {
        File.WriteAllText(folder["to-b.log"], "2026-11-23 02:53:42,545 fail2ban.actions        [1674]: NOTICE  [sshd] Ban 198.51.100.1\n");
        Assert.Contains("in the form of fail2ban's log", Assert.Single(BridgeCheck.FindErrors(Load())));
    }

    private Settings Load()
    {
        File.WriteAllText(
            folder["friend-a.conf"],
            $"[server]\nname = friend-a\n[broker]\npassword = x\n[producer]\nformat = f2bbroker\nlogpath = {folder["to-b.log"]}\n");
        return SettingsFile.Load(folder["friend-a.conf"]);
    }
}
