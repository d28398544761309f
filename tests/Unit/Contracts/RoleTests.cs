using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Contracts;

public sealed class RoleTests
{
    [Theory]
    [InlineData("reporter", "f2b.bans", false, true, false)]
    [InlineData("reporter", "f2b.bans.a.b", false, false, false)]
    [InlineData("reporter", "f2b.history", false, false, false)]
    [InlineData("reporter", "f2b.health.in", false, true, false)]
    [InlineData("receiver", "f2b.health.in", false, true, false)]
    [InlineData("both", "f2b.health.in", false, true, false)]
    [InlineData("both", "f2b.health", false, false, false)]
    [InlineData("both", "f2b.healthxin", false, false, false)]
    [InlineData("both", "f2b.pardons", false, false, true)]
    [InlineData("both", "f2b.pardons.in", false, false, false)]
    [InlineData("reporter", "f2b.pardons", false, false, false)]
    [InlineData("receiver", "f2b.bans", false, false, true)]
    [InlineData("receiver", "f2b.bans.a.b", true, true, true)]
    [InlineData("receiver", "f2b.bans.a.b_error", true, true, true)]
    [InlineData("receiver", "f2b.bans.axb", false, false, false)]
    [InlineData("receiver", "f2b.history", false, false, true)]
    public void A_reporter_has_no_queue_and_a_receiver_may_not_publish(string role, string name, bool configure, bool write, bool read)
    {
        Permissions permissions = Role.Parse(role)!.PermissionsFor("a.b");
        Assert.Equal(
            (configure, write, read),
            (Regex.IsMatch(name, permissions.Configure), Regex.IsMatch(name, permissions.Write), Regex.IsMatch(name, permissions.Read)));
    }

    [Theory]
    [InlineData("both")]
    [InlineData("reporter")]
    [InlineData("receiver")]
    public void A_role_is_recognized_by_its_permissions(string name)
    {
        Role role = Role.Parse(name)!;
        Assert.Equal(name, role.ToString());
        Assert.Equal(role, Role.FromPermissions("web1", role.PermissionsFor("web1")));
        Assert.Equal(role, Role.FromPermissions("web1", role.FirstPermissionsFor("web1")!));
        Assert.Null(Role.FromPermissions("web2", role.PermissionsFor("web1") with { Write = ".*" }));
    }

    [Fact]
    public void The_permissions_are_those_of_the_documentation()
    {
        Assert.Equal(
            new Permissions(
                @"^f2b\.bans\.a\.b(_error)?$",
                @"^f2b\.(bans(\.a\.b(_error)?)?|health\.in)$",
                @"^f2b\.(bans(\.a\.b(_error)?)?|history|pardons)$"),
            Role.Both.PermissionsFor("a.b"));
        Assert.Equal(
            new Permissions(
                @"^f2b\.bans\.a\.b(_error)?$",
                @"^f2b\.bans(\.a\.b(_error)?)?$",
                @"^f2b\.(bans(\.a\.b(_error)?)?|history)$"),
            Role.Both.FirstPermissionsFor("a.b"));
        Assert.Equal(new Permissions("^$", @"^f2b\.bans$", "^$"), Role.Reporter.FirstPermissionsFor("a.b"));
        Assert.Equal(
            new Permissions(
                @"^f2b\.bans\.a\.b(_error)?$",
                @"^f2b\.bans\.a\.b(_error)?$",
                @"^f2b\.(bans(\.a\.b(_error)?)?|history)$"),
            Role.Receiver.FirstPermissionsFor("a.b"));
        Assert.Equal(
            new Permissions("^$", @"^f2b\.(bans|health\.in)$", @"^f2b\.(history|pardons)$"),
            Role.Both.ReceivingFrom(QueueType.Stream).PermissionsFor("a.b"));
        Assert.Equal(
            new Permissions("^$", @"^f2b\.health\.in$", @"^f2b\.(history|pardons)$"),
            Role.Receiver.ReceivingFrom(QueueType.Stream).PermissionsFor("a.b"));
    }

    [Theory]
    [InlineData("both")]
    [InlineData("receiver")]
    public void A_role_that_follows_the_stream_has_the_same_name_and_no_queue(string name)
    {
        Role queue = Role.Parse(name)!;
        Role stream = queue.ReceivingFrom(QueueType.Stream);
        Assert.Equal((name, true, false), (stream.Name, stream.CanReceive, stream.HasQueue));
        Assert.Equal((true, queue.CanReport), (queue.HasQueue, stream.CanReport));
        Assert.Equal(stream, Role.FromPermissions("web1", stream.PermissionsFor("web1")));
        Assert.Equal(queue, stream.ReceivingFrom(QueueType.Classic));
        Assert.Null(stream.FirstPermissionsFor("web1"));
    }

    [Fact]
    public void A_reporter_receives_from_nothing() => Assert.Equal(Role.Reporter, Role.Reporter.ReceivingFrom(QueueType.Stream));

    [Fact]
    public void Another_word_is_not_a_role() => Assert.Null(Role.Parse("Both"));
}
