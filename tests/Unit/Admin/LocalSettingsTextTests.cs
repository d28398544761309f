using F2bBroker.Admin.Output;
using F2bBroker.Admin.Servers;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Admin;

public sealed class LocalSettingsTextTests
{
    private static readonly ServerCredentials Login = new("secret", Role.Both, QueueType.Classic);

    [Fact]
    public void An_existing_uri_overrides_the_default_but_not_a_given_one()
    {
        const string old = "[broker]\nuri = amqps://old:5671/f2b\n";
        Assert.Contains(
            "uri = amqps://old:5671/f2b\n",
            LocalSettingsText.Update(old, "web1", ServerBrokerUri.Parse(null, hasCertificate: false, "mq"), Login));
        Assert.Contains(
            "uri = amqps://new:5671/f2b\n",
            LocalSettingsText.Update(old, "web1", ServerBrokerUri.Parse("amqps://new:5671/f2b", hasCertificate: false, "mq"), Login));
        Assert.Contains(
            "uri = amqp://mq:5672/f2b\n",
            LocalSettingsText.Update("", "web1", ServerBrokerUri.Parse(null, hasCertificate: false, "mq"), Login));
    }

    [Fact]
    public void A_certificate_needs_an_encrypted_broker()
    {
        Assert.Contains(
            "uri = amqps://mq:5671/f2b\n",
            LocalSettingsText.Update(
                "[broker]\nuri = amqp://mq/f2b\n",
                "web1",
                ServerBrokerUri.Parse(null, hasCertificate: true, "mq"),
                Login with
                {
                    Password = null,
                }));
        CommandFailedException error = Assert.Throws<CommandFailedException>(() =>
            ServerBrokerUri.Parse("amqp://a amqp://b", hasCertificate: true, "mq"));
        Assert.Equal("--uri: with --tls the broker is reached by amqps://.", error.Message);
    }

    [Theory]
    [InlineData("amqps://a amqp://b", "the nodes are to be reached all by amqp:// or all by amqps://.")]
    [InlineData("amqp://a/f2b amqp://b/other", "the nodes name different virtual hosts.")]
    [InlineData("http://a", "'http://a' is not of the form amqps://host:port/vhost.")]
    [InlineData("amqp://web1:secret@a", "user and password do not belong in it; they are set separately.")]
    public void A_uri_that_the_server_would_refuse_is_refused_at_its_enrollment(string uri, string message)
    {
        CommandFailedException error = Assert.Throws<CommandFailedException>(() =>
            ServerBrokerUri.Parse(uri, hasCertificate: false, "mq"));
        Assert.Equal($"--uri: {message}", error.Message);
    }
}
