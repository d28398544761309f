using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Contracts;

public sealed class NamesTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("web-1.example")]
    [InlineData("123456789012345678901234567890123456789012345678901234567890123")]
    public void A_server_name_is_valid(string name) => Assert.True(ServerName.IsValid(name));

    [Theory]
    [InlineData("")]
    [InlineData("Web1")]
    [InlineData("-web")]
    [InlineData("web.")]
    [InlineData("web_1")]
    [InlineData("web1\n")]
    [InlineData("a*")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234")]
    public void A_server_name_is_invalid(string name) => Assert.False(ServerName.IsValid(name));

    [Theory]
    [InlineData("f2b.bans.web1", "web1")]
    [InlineData("f2b.bans.web1_error", "web1")]
    [InlineData("f2b.bans.a.b", "a.b")]
    [InlineData("f2b.bans", null)]
    [InlineData("f2b.bans.", null)]
    [InlineData("f2b.bans._error", null)]
    [InlineData("f2b.bans.web1_error_error", null)]
    [InlineData("xf2b.bans.web1", null)]
    [InlineData("web1", null)]
    public void A_queue_belongs_to_the_server_that_it_is_named_after(string queue, string? server) =>
        Assert.Equal(server, Topology.FindServer(queue));

    [Fact]
    public void A_servers_queues_have_its_name() =>
        Assert.Equal(("f2b.bans.web1", "f2b.bans.web1_error"), (Topology.QueueFor("web1"), Topology.ErrorQueueFor("web1")));

    [Theory]
    [InlineData("f2b.bans", false, true, true)]
    [InlineData("f2b.bans.a.b", true, true, true)]
    [InlineData("f2b.bans.a.b_error", true, true, true)]
    [InlineData("f2b.history", false, false, true)]
    [InlineData("f2b.bans.axb", false, false, false)]
    [InlineData("f2b.bans.a.b.c", false, false, false)]
    [InlineData("f2b.bans.a.b_error2", false, false, false)]
    [InlineData("xf2b.bans", false, false, false)]
    [InlineData("amq.default", false, false, false)]
    public void A_server_has_permissions_on_its_own_objects_only(string name, bool configure, bool write, bool read)
    {
        Permissions permissions = Role.Both.PermissionsFor("a.b");
        Assert.Equal(
            (configure, write, read),
            (Regex.IsMatch(name, permissions.Configure), Regex.IsMatch(name, permissions.Write), Regex.IsMatch(name, permissions.Read)));
    }
}
