using System.Text.RegularExpressions;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.UnitTests.Shared;

public sealed class SettingsFileTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_local_file_overrides_key_by_key()
    {
        File.WriteAllText(
            folder["x.conf"],
            "# comment\n[server]\nname = web1\n; comment\n[broker]\npassword = one\n[consumer]\nmaxage = 2h\n");
        File.WriteAllText(folder["x.local"], "[broker]\npassword = two = #2\n");
        Settings settings = SettingsFile.Load(folder["x.conf"]);
        Assert.Equal(
            ("web1", "two = #2", TimeSpan.FromHours(2)),
            (settings.Server, settings.Broker.Login.Password, settings.Consumer.MaxAge));
    }

    [Fact]
    public void An_empty_value_is_an_empty_list()
    {
        File.WriteAllText(folder["x.conf"], "[server]\nname = web1\n[broker]\npassword = x\n[producer]\nignorejails =\n");
        Assert.True(SettingsFile.Load(folder["x.conf"]).Producer.Jails.Includes("recidive"));
    }

    [Fact]
    public void A_servers_section_may_empty_a_list_and_the_local_file_overrides_it_key_by_key()
    {
        File.WriteAllText(
            folder["x.conf"],
            "[server]\nname = web1\n[consumer]\njails = sshd\nmaxbans = 7/1m\n"
                + "[from web9.example]\njails =\nmaxbans =\nquorum = 2\ntrial = true\n");
        File.WriteAllText(folder["x.local"], "[broker]\npassword = x\n[from web9.example]\nquorum = 3\n");
        ConsumerSettings consumer = SettingsFile.Load(folder["x.conf"]).Consumer;
        ServerRules rules = consumer.RulesFor("web9.example");
        Assert.Equal((true, 3, true), (rules.Jails.Includes("postfix"), rules.Quorum, rules.IsTrial));
        Assert.Equal(7, rules.MaxBans.Count);
        Assert.False(consumer.Default.Jails.Includes("postfix"));
    }

    [Fact]
    public void The_shipped_file_shows_each_key_with_its_default_and_the_manual_and_the_documentation_list_the_same_keys()
    {
        string[] shipped = File.ReadAllLines(Repository.Path("deploy/f2bbroker.conf"));
        // A comment has a blank after its #, a setting has none.
        string[] uncommented =
        [
            .. shipped.Select(line => line.StartsWith('#') && !line.StartsWith("# ", StringComparison.Ordinal) ? line[1..] : line),
        ];
        File.WriteAllLines(folder["x.conf"], uncommented);
        File.WriteAllText(folder["x.local"], "[server]\nname = web2\n[broker]\npassword = x\n");
        Assert.Equivalent(Some.Settings() with { File = folder["x.conf"] }, SettingsFile.Load(folder["x.conf"]), strict: true);

        string[] keys =
        [
            .. uncommented.Where(line => line.Contains('=') && !line.StartsWith('#')).Select(line => line.Split('=')[0].Trim()),
        ];
        Assert.Equal(
            keys,
            File.ReadLines(Repository.Path("deploy/man/f2bbroker.conf.5"))
                .Where(line => line.StartsWith(".It Cm ", StringComparison.Ordinal))
                .SelectMany(line => line[7..].Split(" , ")));
        Assert.Equal(
            keys,
            File.ReadLines(Repository.Path("docs/configuration.md"))
                .Where(line => line.StartsWith('|'))
                .SelectMany(line => Regex.Matches(line.Split('|')[2], "`([^`]+)`"))
                .Select(match => match.Groups[1].Value));
    }

    [Theory]
    [InlineData("[broker]\npassword geheim\n", "line 2: neither a comment, a [section] nor 'key = value'.")]
    [InlineData("password = geheim\n", "line 1: a setting before the first [section].")]
    [InlineData("[broker]\npassword = geheim\npassword = geheim\n", "line 3: [broker] password occurs twice.")]
    [InlineData("[broker]\n[broker\n", "line 2: neither a comment, a [section] nor 'key = value'.")]
    [InlineData("# \0\n[broker]\npasswordfile = geheim\0\n", "line 3: contains a NUL character.")]
    [InlineData("[x = [y]\nz = geheim\n[x = [y]\nz = geheim\n", "line 1: neither a comment, a [section] nor 'key = value'.")]
    [InlineData("[broker]\npass word = geheim\n", "line 2: neither a comment, a [section] nor 'key = value'.")]
    public void A_syntax_error_names_file_and_line_number_and_never_quotes_the_line(string text, string message)
    {
        File.WriteAllText(folder["x.conf"], text);
        Assert.Equal(
            [$"{folder["x.conf"]} {message}"],
            Assert.Throws<InvalidConfigurationException>(() => SettingsFile.Load(folder["x.conf"])).Errors);
    }

    [Fact]
    public void The_password_is_the_text_of_its_file_without_the_end_of_the_line()
    {
        LoginSettings login = new("web1", IsTls: false, Password: "", PasswordFile: folder["password"]);
        File.WriteAllText(folder["password"], "secret \r\n");
        Assert.Equal("secret ", login.Read().Password);
        File.WriteAllText(folder["password"], "\n");
        Assert.Equal(
            [$"[broker] passwordfile: {folder["password"]} is empty."],
            Assert.Throws<InvalidConfigurationException>(() => login.Read()).Errors);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains(
            folder["none.conf"],
            Assert.Throws<InvalidConfigurationException>(() => SettingsFile.Load(folder["none.conf"])).Message);
}
