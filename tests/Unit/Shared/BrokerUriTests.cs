using F2bBroker.Shared.Configuration;

namespace F2bBroker.UnitTests.Shared;

public sealed class BrokerUriTests
{
    [Fact]
    public void The_broker_may_be_several_nodes_of_one_cluster()
    {
        BrokerSettings broker = Some.Settings("broker:uri=amqp://mq1 amqp://mq2:5673/f2b  amqp://[::1]:5674/").Broker;
        Assert.Equal(("mq1:5672, mq2:5673, [::1]:5674", "f2b"), (broker.Names, broker.VirtualHost));
    }

    [Theory]
    [InlineData("xn--\u00e4")]
    [InlineData("mq1.\u05d0a.example")]
    public void A_host_name_that_has_no_form_in_ASCII_is_an_error(string host) =>
        Assert.StartsWith("[broker] uri: the host name in 'amqps://", Assert.Single(ErrorsOfUri($"amqps://{host}")));

    [Fact]
    public void A_host_name_has_at_most_253_characters()
    {
        string labels = string.Join('.', Enumerable.Repeat(new string('a', 62), 4));
        Assert.Equal($"{labels}.a:5672", Some.Settings($"broker:uri=amqp://{labels}.a").Broker.Names);
        Assert.Equal(
            $"[broker] uri: the host name in 'amqp://{labels[..57]}'... is invalid.", Assert.Single(ErrorsOfUri($"amqp://{labels}.ab")));
    }

    [Theory]
    [InlineData("v", 255)]
    [InlineData("%C3%A4", 127)]
    public void A_virtual_host_has_at_most_255_bytes(string character, int most)
    {
        string uri = "amqp://mq1/" + string.Concat(Enumerable.Repeat(character, most));
        Assert.Equal(most, Some.Settings($"broker:uri={uri}").Broker.VirtualHost.Length);
        Assert.Equal("[broker] uri: a virtual host is longer than 255 bytes.", Assert.Single(ErrorsOfUri(uri + character)));
    }

    [Fact]
    public void A_broker_that_is_reached_by_TLS_has_another_port()
    {
        BrokerSettings broker = Some.Settings("broker:uri=amqps://mq1 amqps://mq2:5673").Broker;
        Assert.Equal("mq1:5671, mq2:5673", broker.Names);
        Assert.NotNull(broker.Login.Read().Tls);
        Assert.Null(Some.Settings().Broker.Login.Read().Tls);
    }

    private static IReadOnlyList<string> ErrorsOfUri(string uri) =>
        Assert.Throws<InvalidConfigurationException>(() => Some.Settings($"broker:uri={uri}")).Errors;
}
