using System.Net;
using System.Text;

namespace F2bBroker.EndToEndTests;

/// <summary>What <c>test.sh</c> reports of vulnerable packages, with a NuGet source of the test's own.</summary>
public sealed class VulnerablePackagesTests : IAsyncDisposable
{
    private readonly HttpListener source = new();
    private readonly string address = $"http://127.0.0.1:{PortPair.Find().First}/";
    private Task answering = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        source.Close();
        await answering;
    }

    [Theory]
    [InlineData("[8.0.0, 9.0.0)", 1, @"MassTransit 8\.[0-9.]+: High, https://example\.net/advisory")]
    [InlineData("(, 8.0.0)", 0, "none")]
    public async Task A_package_with_a_known_vulnerability_fails_the_run(string versions, int exitCode, string reported)
    {
        Serve(
            index: $$"""{"version":"3.0.0","resources":[{"@id":"{{address}}pages.json","@type":"VulnerabilityInfo/6.7.0"}]}""",
            page: $$"""{"masstransit":[{"severity":2,"url":"https://example.net/advisory","versions":"{{versions}}"}]}""");
        Built.Outcome check = await CheckAsync();
        Assert.Matches($"^Vulnerable packages:\n    {reported}\n$", check.Output);
        Assert.Equal(exitCode, check.ExitCode);
    }

    [Fact]
    public async Task A_source_that_knows_no_vulnerabilities_checks_nothing()
    {
        Serve(index: """{"version":"3.0.0","resources":[]}""", page: "{}");
        Built.Outcome check = await CheckAsync();
        Assert.Equal("Vulnerable packages:\n    not checked: Audit source 'audit' did not provide any vulnerability data.\n", check.Output);
        Assert.Equal(0, check.ExitCode);
    }

    [Fact]
    public async Task A_source_that_does_not_answer_checks_nothing()
    {
        Built.Outcome check = await CheckAsync();
        Assert.Matches("^Vulnerable packages:\n    not checked: error: Unable to load the service index .*\n$", check.Output);
        Assert.Equal(0, check.ExitCode);
    }

    private Task<Built.Outcome> CheckAsync() => Built.RunAsync(Repository.Path("tests/real/vulnerable.sh"), [$"{address}index.json"]);

    private void Serve(string index, string page)
    {
        Dictionary<string, string> files = new()
        {
            ["/index.json"] = index,
            ["/pages.json"] = $$"""[{"@name":"all","@id":"{{address}}page.json","@updated":"2026-11-30T00:00:00Z"}]""",
            ["/page.json"] = page,
        };
        source.Prefixes.Add(address);
        source.Start();
        answering = AnswerAsync(files);
    }

    private async Task AnswerAsync(Dictionary<string, string> files)
    {
        while (source.IsListening)
        {
            try
            {
                HttpListenerContext context = await source.GetContextAsync();
                context.Response.Close(Encoding.UTF8.GetBytes(files[context.Request.Url!.AbsolutePath]), willBlock: false);
            }
            catch (Exception failure) when (failure is HttpListenerException or ObjectDisposedException)
            {
                // The test has ended.
            }
        }
    }
}
