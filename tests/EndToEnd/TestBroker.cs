using DotNet.Testcontainers.Builders;
using Testcontainers.RabbitMq;

namespace F2bBroker.EndToEndTests;

/// <summary>
/// The real RabbitMQ of the run: in a container where an engine answers, else the one that is installed here, as a private process.
/// </summary>
public sealed class TestBroker : RunningBroker, IAsyncLifetime
{
    private const ushort ApiPort = 15672;

    private RabbitMqContainer? container;
    private LocalBroker? local;

    /// <summary>Where it answers Prometheus; null in a container, whose image has that plugin off.</summary>
    public int? MetricsPort => local?.MetricsPort;

    public async ValueTask InitializeAsync()
    {
        try
        {
            await StartContainerAsync();
        }
        catch (Exception failure) when (failure is DockerUnavailableException or Docker.DotNet.DockerApiException)
        {
            TestContext.Current.SendDiagnosticMessage("No container can be started, so the installed RabbitMQ is: {0}", failure.Message);
            local = new LocalBroker();
            await local.StartAsync();
            Found("127.0.0.1", local.Port, local.Api);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Gone();
        await (container?.DisposeAsync() ?? local?.DisposeAsync() ?? ValueTask.CompletedTask);
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
        Found(container.Hostname, amqp.Port, $"http://{amqp.UserInfo}@{container.Hostname}:{container.GetMappedPublicPort(ApiPort)}");
    }
}
