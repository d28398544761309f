using F2bBroker.Admin.Output;
using F2bBroker.Admin.Servers;

namespace F2bBroker.UnitTests.Admin;

public sealed class ServerListTests
{
    [Fact]
    public void A_list_has_one_name_a_line_and_comments_and_each_name_counts_once() =>
        Assert.Equal(["web1", "web2.example"], ServerList.Parse("list", ["# ours", "web1", "", "  web2.example  # new", "web1\r"]));

    [Fact]
    public void All_invalid_lines_are_reported()
    {
        CommandFailedException error =
            Assert.Throws<CommandFailedException>(() => ServerList.Parse("list", ["web1", "Web_1", "web2 web3"]));
        Assert.Equal(
            "list, line 2: 'Web_1' is not a server name.\nlist, line 3: 'web2 web3' is not a server name.\nA name has 1 to 63 characters "
                + "of a-z, 0-9, '.' and '-', a letter or digit first and last. Nothing was changed.",
            error.Message);
        Assert.Equal(78, error.ExitCode);
    }

    [Fact]
    public void Of_many_invalid_lines_ten_are_reported()
    {
        CommandFailedException error =
            Assert.Throws<CommandFailedException>(() => ServerList.Parse("list", Enumerable.Repeat("-", 100)));
        Assert.Equal(12, error.Message.Split('\n').Length);
        Assert.Contains("\n90 more lines are not server names.\n", error.Message);
    }

    [Fact]
    public void A_list_without_names_is_reported() => Assert.Equal(
        "list names no server.",
        Assert.Throws<CommandFailedException>(() => ServerList.Parse("list", ["# none", ""])).Message);

    [Fact]
    public void A_missing_file_is_reported() => Assert.StartsWith(
        "--list: Could not find file",
        Assert.Throws<CommandFailedException>(() => ServerList.Read("/tmp/f2bbroker-test-no-such-file")).Message);
}
