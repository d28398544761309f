using System.Security.Cryptography.X509Certificates;

namespace F2bBroker.EndToEndTests.Tls;

/// <summary>Certificates that expire, are renewed under the same paths, or are refused, while the daemons run.</summary>
[Trait("Form", "slow")]
public sealed class RenewalTests(TlsBroker broker) : IClassFixture<TlsBroker>, IAsyncLifetime
{
    private const string Accepted = "accepts the login of";
    private const string Retrying = "Retrying. No ban is lost.";
    private const string RefusedCause =
        "refuses the certificate of 'web1' (certfile): it has expired by the broker's clock (it is valid until ";

    private Server origin = null!;
    private Server receiver = null!;

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        origin = await EnrollAsync("web1");
        receiver = await EnrollAsync("web2");
    }

    public async ValueTask DisposeAsync()
    {
        await origin.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task Daemons_whose_certificates_expired_log_in_with_the_renewed_ones_without_a_restart()
    {
        Install(origin, broker.Authority.Sign("web1", TimeSpan.FromSeconds(25)));
        Install(receiver, broker.Authority.Sign("web2", TimeSpan.FromSeconds(25)));
        Daemon[] daemons = await StartAsync();
        await ExpiredAsync(origin);
        await ExpiredAsync(receiver);
        await broker.CloseConnectionsAsync();
        await SayAsync(daemons, "login.pem expired on ");
        Install(origin, broker.Authority.Sign("web1"));
        Install(receiver, broker.Authority.Sign("web2"));
        await TravelsAgainAsync(daemons);
    }

    [Theory]
    [InlineData("login.pem", null)]
    [InlineData("login.pem", 300)]
    [InlineData("login.key", null)]
    [InlineData("login.key", 60)]
    [InlineData("ca.pem", null)]
    [InlineData("ca.pem", 300)]
    public async Task Files_that_are_missing_or_half_written_during_their_renewal_are_read_again(string file, int? length)
    {
        Daemon[] daemons = await StartAsync();
        foreach (Server server in new[] { origin, receiver })
        {
            Truncate(Path.Combine(server.Folder, file), length);
        }

        await broker.CloseConnectionsAsync();
        await SayAsync(daemons, "Cannot log in to the broker at");
        foreach (Server server in new[] { origin, receiver })
        {
            Install(server, broker.Authority.Sign(server.Name));
        }

        await TravelsAgainAsync(daemons);
        Assert.DoesNotContain("PRIVATE KEY", string.Concat(daemons.Select(daemon => daemon.Said)));
    }

    [Fact]
    public async Task A_certificate_that_the_broker_refuses_is_logged_once_with_its_cause()
    {
        Daemon producer = await StartRefusedAsync();
        int before = broker.CountAlerts();
        // The daemon tries again every 5 seconds.
        await Eventually.TrueAsync(
            () => broker.CountAlerts() >= before + 10,
            () => $"{broker.CountAlerts() - before} alerts.\n{producer.Said}",
            TimeSpan.FromMinutes(3));
        Assert.Equal((1, 1), (producer.Count(Retrying), producer.Count(RefusedCause)));
    }

    [Fact]
    [Trait("Form", "long")]
    [Trait("Form", "soak")]
    public async Task A_certificate_that_the_broker_refuses_ends_the_daemon_after_five_minutes()
    {
        TimeSpan timeout = TimeSpan.FromMinutes(5);
        Daemon producer = await StartRefusedAsync();
        long start = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(() => !producer.IsRunning, () => producer.Said, timeout * 3);
        Assert.True(TimeProvider.System.GetElapsedTime(start) > timeout * 0.9, producer.Said);
        Assert.Equal(1, await producer.EndAsync());
        Assert.Equal((1, 2), (producer.Count(Retrying), producer.Count(RefusedCause)));
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused_with_its_cause()
    {
        Install(origin, broker.Stranger.Sign("web1"));
        for (int i = 0; i < 10; i++)
        {
            Built.Outcome test = await Built.RunAsync(
                Built.Producer,
                ["--config", origin.Configuration, "--test"],
                Login(origin));
            Assert.Contains(
                "refuses the certificate of 'web1' (certfile): no authority that the broker trusts (cacertfile) has signed it. Have the "
                    + "broker's own authority sign it.\n",
                test.Errors);
            Assert.Equal(78, test.ExitCode);
        }
    }

    /// <summary>Starts a producer, and waits until the broker refuses the certificate with which it has logged in before.</summary>
    private async Task<Daemon> StartRefusedAsync()
    {
        // The server's clock is an hour behind the broker's, so only the broker knows that the certificate has expired.
        Install(origin, broker.Authority.Sign("web1", TimeSpan.FromSeconds(25)));
        Daemon producer = await origin.StartProducerAsync([.. Login(origin), .. FakeClock.Off("-1h")]);
        await ExpiredAsync(origin);
        await broker.CloseConnectionsAsync(daemons: 1);
        await producer.SaysAsync(RefusedCause);
        return producer;
    }

    private async Task<Server> EnrollAsync(string name)
    {
        Server server = await Server.EnrollAsync(broker, name);
        Built.Outcome outcome = await broker.AdminAsync("enroll", name, "--tls", "--force", "--uri", broker.TlsUri);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Install(server, broker.Authority.Sign(name));
        return server;
    }

    private async Task<Daemon[]> StartAsync()
    {
        Daemon[] daemons = [await receiver.StartConsumerAsync(Login(receiver)), await origin.StartProducerAsync(Login(origin))];
        await broker.ConnectedAsync();
        return daemons;
    }

    private string[] Login(Server server) =>
        [
            $"F2BBROKER_BROKER__URI={broker.TlsUri}",
            $"F2BBROKER_BROKER__CAFILE={server.Folder}/ca.pem",
            $"F2BBROKER_BROKER__CERTFILE={server.Folder}/login.pem",
            $"F2BBROKER_BROKER__KEYFILE={server.Folder}/login.key",
        ];

    /// <summary>Copies files under the paths that the daemons read.</summary>
    private void Install(Server server, (string Certificate, string Key) files)
    {
        File.Copy(broker.Authority.File, Path.Combine(server.Folder, "ca.pem"), overwrite: true);
        File.Copy(files.Certificate, Path.Combine(server.Folder, "login.pem"), overwrite: true);
        File.Copy(files.Key, Path.Combine(server.Folder, "login.key"), overwrite: true);
    }

    private static void Truncate(string file, int? length)
    {
        if (length is null)
        {
            File.Delete(file);
        }
        else
        {
            using FileStream stream = File.OpenWrite(file);
            stream.SetLength(length.Value);
        }
    }

    private static async Task ExpiredAsync(Server server)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(server.Folder, "login.pem"));
        // A certificate is valid until the end of that second.
        DateTimeOffset end = certificate.NotAfter.AddSeconds(1);
        await Eventually.TrueAsync(() => TimeProvider.System.GetUtcNow() > end, () => "The certificate is still valid.");
    }

    private static async Task SayAsync(Daemon[] daemons, string text)
    {
        foreach (Daemon daemon in daemons)
        {
            await daemon.SaysAsync(text);
        }
    }

    private async Task TravelsAgainAsync(Daemon[] daemons)
    {
        await origin.LogBansAsync("203.0.113.7");
        await receiver.HasBansAsync(1);
        foreach (Daemon daemon in daemons)
        {
            await Eventually.TrueAsync(() => daemon.Count(Accepted) == 2, () => daemon.Said);
            Assert.True(daemon.Count(Retrying) == 1, daemon.Said);
        }
    }
}
