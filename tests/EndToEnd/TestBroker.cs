using DotNet.Testcontainers.Builders;
using Testcontainers.RabbitMq;

namespace F2bBroker.EndToEndTests;

/// <summary>
/// The real RabbitMQ of the run: in a container if an engine answers, otherwise the installed one as a private process, or the one that
/// <c>F2B_RABBITMQ_ROOT</c> selects.
/// </summary>
public sealed class TestBroker : RunningBroker, IAsyncLifetime
{
    private const ushort ApiPort = 15672;

    private RabbitMqContainer? container;
    private LocalBroker? local;

    /// <summary>The port of its Prometheus endpoint; null in a container, whose image does not enable the plugin.</summary>
    public int? MetricsPort => local?.MetricsPort;

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("F2B_RABBITMQ_ROOT") is { Length: > 0 })
        {
            await StartLocalAsync();
            return;
        }

        try
        {
            await StartContainerAsync();
        }
        catch (Exception failure) when (failure is DockerUnavailableException or Docker.DotNet.DockerApiException)
        {
            TestContext.Current.SendDiagnosticMessage("No container can be started. Using the installed RabbitMQ: {0}", failure.Message);
            await StartLocalAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        CloseApi();
        await (container?.DisposeAsync() ?? local?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task StartLocalAsync()
    {
        local = new LocalBroker();
        await local.StartAsync();
        SetAddress("127.0.0.1", local.Port, local.Api);
    }

    private async Task StartContainerAsync()
    {
        container = new RabbitMqBuilder("rabbitmq:4-management").WithPortBinding(ApiPort, assignRandomHostPort: true).Build();
        try
        {
            await container.StartAsync();
        }
        catch
        {
            await container.DisposeAsync();
            container = null;
            throw;
        }

        Uri amqp = new(container.GetConnectionString());
        SetAddress(container.Hostname, amqp.Port, $"http://{amqp.UserInfo}@{container.Hostname}:{container.GetMappedPublicPort(ApiPort)}");
    }
}
