using F2bBroker.EndToEndTests.Machines;

namespace F2bBroker.EndToEndTests.Tls;

/// <summary>A broker that is reached by <c>amqps://</c>.</summary>
public sealed class TlsTests(TlsBroker broker) : IClassFixture<TlsBroker>, IAsyncLifetime
{
    private const int Configuration = 78;
    private const int Unreachable = 69;

    private TestGroup group = null!;
    private Server origin = null!;
    private Server receiver = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        origin = await group.EnrollAsync("web1");
        receiver = await group.EnrollAsync("web2");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task A_ban_travels_encrypted_with_passwords() => await TravelAsync(_ => Encrypted);

    [Fact]
    public async Task Servers_may_log_in_by_certificate_and_have_no_password()
    {
        foreach (string name in new[] { "web1", "web2" })
        {
            Built.Outcome enroll = await broker.AdminAsync("enroll", name, "--tls", "--uri", broker.TlsUri, "--force");
            Assert.Equal(
                $"[server]\nname = {name}\n[broker]\nuri = {broker.TlsUri}\ncafile = /etc/f2bbroker/ca.pem\ncertfile = "
                    + $"/etc/f2bbroker/{name}.pem\nkeyfile = /etc/f2bbroker/{name}.key\n",
                enroll.Output);
        }

        await TravelAsync(server => [.. Encrypted, .. Login(broker.Authority.Sign(server.Name))]);
        Built.Outcome password = await TestAsync(Encrypted);
        Assert.Contains("refuses the login of 'web1': unknown user or wrong password.", password.Errors);
        await CertificateRefusedAsync(broker.Stranger.Sign("web1"));
    }

    [Fact]
    public async Task An_untrusted_broker_is_refused_with_the_reason()
    {
        await RefusedAsync(
            "signed by 'CN=authority', which [broker] cafile does not hold",
            $"F2BBROKER_BROKER__CAFILE={broker.Stranger.File}");
        await RefusedAsync(
            "signed by 'CN=authority', which this system does not trust; name your own authority in [broker] cafile",
            "F2BBROKER_BROKER__CAFILE=");
        await RefusedAsync(
            "its certificate is for 'localhost', not for '127.0.0.1'",
            $"F2BBROKER_BROKER__URI=amqps://127.0.0.1:{broker.TlsPort}/f2b");
        await RefusedAsync(
            "agree on no TLS connection (1.2 or 1.3 is needed)",
            $"F2BBROKER_BROKER__URI=amqps://localhost:{broker.Port}/f2b");
        await broker.PresentAsync(broker.Authority.Sign("localhost", days: -1));
        await RefusedAsync("its certificate, or one above it, has expired or is not yet valid");
        await broker.PresentAsync(broker.Authority.Sign("localhost"));
        Assert.Equal(0, (await TestAsync(Encrypted)).ExitCode);
    }

    [Fact]
    public async Task The_Python_client_of_the_protocol_page_uses_TLS_and_refuses_an_unknown_authority()
    {
        const string python = "/usr/bin/python3";
        string script = Path.Combine(origin.Folder, "report.py");
        File.WriteAllText(script, Documented.Commands("docs/protocol.md", $"`{python} report.py "));
        string Local(Authority trusted)
        {
            string local = Path.Combine(origin.Folder, "python.local");
            File.WriteAllText(
                local,
                $"[server]\nname = web1\n[broker]\nuri = {broker.TlsUri}\ncafile = {trusted.File}\npassword = {origin.Password}\n");
            return local;
        }

        Built.Outcome report = await Built.RunAsync(python, [script, Local(broker.Authority), "203.0.113.7", "sshd"]);
        Assert.True(report.ExitCode == 0, report.Errors);
        await using Daemon distrusting = new(python, [script, Local(broker.Stranger), "203.0.113.7", "sshd"]);
        await distrusting.SaysAsync("CERTIFICATE_VERIFY_FAILED");
    }

    [Fact]
    public async Task An_old_TLS_version_is_refused_with_the_reason()
    {
        await broker.RestartAsync("tlsv1.1");
        await RefusedAsync("agree on no TLS connection (1.2 or 1.3 is needed)");
        await broker.RestartAsync("tlsv1.2");
        Assert.Equal(0, (await TestAsync(Encrypted)).ExitCode);
    }

    [Fact]
    public async Task The_documented_commands_create_an_authority_and_certificates_that_it_signed()
    {
        using TempFolder folder = new();
        foreach (string name in new[] { "localhost", "web1" })
        {
            Built.Outcome made = await Built.RunAsync(Repository.Path("tests/real/tls.sh"), [folder.Path, name]);
            Assert.True(made.ExitCode == 0, made.Errors);
        }

        await broker.PresentAsync((folder["localhost.pem"], folder["localhost.key"]));
        Assert.Equal(0, (await TestAsync([.. Encrypted, $"F2BBROKER_BROKER__CAFILE={folder["ca.pem"]}"])).ExitCode);
        await broker.PresentAsync(broker.Authority.Sign("localhost"));
        await RefusedAsync("which [broker] cafile does not hold", $"F2BBROKER_BROKER__CAFILE={folder["ca.pem"]}");
        await CertificateRefusedAsync((folder["web1.pem"], folder["web1.key"]));
    }

    [Fact]
    public async Task Unusable_certificate_files_are_reported()
    {
        await RefusedAsync(
            "[broker] cafile cannot be read: Could not find file '/nonexistent'.",
            "F2BBROKER_BROKER__CAFILE=/nonexistent");
        await RefusedAsync(
            $"[broker] cafile: {origin.Configuration} cannot be used: it holds no certificate in PEM.",
            $"F2BBROKER_BROKER__CAFILE={origin.Configuration}");
        (string certificate, string key) = broker.Authority.Sign("web2");
        await RefusedAsync("[broker] certfile needs keyfile.", $"F2BBROKER_BROKER__CERTFILE={certificate}");
        await RefusedAsync("is the certificate of 'web2' (its CN), and this server is 'web1'.", Login((certificate, key)));
        await RefusedAsync("expired on ", Login(broker.Authority.Sign("web1", days: -1)));
        await RefusedAsync("[broker] cafile, certfile and keyfile need amqps:// in uri.", $"F2BBROKER_BROKER__URI={broker.Uri}");
    }

    private string[] Encrypted => [$"F2BBROKER_BROKER__URI={broker.TlsUri}", $"F2BBROKER_BROKER__CAFILE={broker.Authority.File}"];

    private static string[] Login((string Certificate, string Key) files) =>
        [$"F2BBROKER_BROKER__CERTFILE={files.Certificate}", $"F2BBROKER_BROKER__KEYFILE={files.Key}"];

    private async Task TravelAsync(Func<Server, string[]> environment)
    {
        await receiver.StartConsumerAsync(environment(receiver));
        await origin.StartProducerAsync(environment(origin));
        await origin.LogBansAsync("203.0.113.7");
        await receiver.HasBansAsync(1);
        Assert.StartsWith("Ban 203.0.113.7 jail=sshd server=web1 ", receiver.Bans[0]);
    }

    private async Task RefusedAsync(string message, params string[] change)
    {
        Built.Outcome outcome = await TestAsync([.. Encrypted, .. change]);
        Assert.True(outcome.Errors.Contains(message, StringComparison.Ordinal), outcome.Errors);
        Assert.DoesNotContain("   at ", outcome.Errors);
        Assert.Equal(Configuration, outcome.ExitCode);
    }

    /// <summary>With TLS 1.3 the broker may close the connection before its alert is read.</summary>
    private async Task CertificateRefusedAsync((string Certificate, string Key) files)
    {
        Built.Outcome outcome = await TestAsync([.. Encrypted, .. Login(files)]);
        Assert.Matches("refuses the certificate of 'web1' \\(certfile\\)|may refuse this server's certificate", outcome.Errors);
        Assert.True(outcome.ExitCode is Configuration or Unreachable, outcome.Errors);
    }

    private Task<Built.Outcome> TestAsync(string[] environment) =>
        Built.RunAsync(Built.Producer, ["--config", origin.Configuration, "--test"], environment);
}
