using System.Text;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.UnitTests.Shared;

public sealed class BodyValidationTests
{
    [Theory]
    [InlineData("", "the body is empty")]
    [InlineData("hello", "the body is not JSON, or it is nested deeper than 64 levels")]
    [InlineData("{", "the body is not JSON, or it is nested deeper than 64 levels")]
    [InlineData("[]", "the body is not a JSON object")]
    [InlineData("null", "the body is not a JSON object")]
    [InlineData("{}", "ip is missing")]
    [InlineData("{\"ip\":5}", "ip is not a text")]
    [InlineData("{\"ip\":null}", "ip is not a text")]
    [InlineData("{\"ip\":\"1\",\"jail\":\"sshd\",\"server\":\"web1\"}", "detectedAt is missing")]
    [InlineData("{\"\\ud800\":1}", "a field stands twice, or is no valid text")]
    [InlineData(
        "{\"ip\":\"1\",\"ip\":\"2\",\"jail\":\"sshd\",\"server\":\"web1\",\"detectedAt\":\"\"}",
        "a field stands twice, or is no valid text")]
    public void The_reason_tells_an_operator_why_a_body_is_not_a_ban(string body, string reason) =>
        Assert.Equal(reason, BodyValidation.FindError(Encoding.UTF8.GetBytes(body)));
}
