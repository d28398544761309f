using System.Net;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace F2bBroker.Daemon.Metrics;

/// <summary>
/// Answers Prometheus on the loopback interface. If it cannot start, the daemon does not start. If it fails later, bans are still
/// processed.
/// </summary>
internal sealed class MetricsEndpoint(IPEndPoint at) : IHostedService, IDisposable
{
    private MeterProvider? provider;

    /// <summary>Registers the meter, and the endpoint if an address is configured.</summary>
    public static IServiceCollection AddTo(IServiceCollection services, IPEndPoint? at)
    {
        services.AddSingleton<DaemonMeter>();
        return at is null ? services : services.AddHostedService(_ => new MetricsEndpoint(at));
    }

    /// <exception cref="InvalidConfigurationException">The address cannot be listened on.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            provider = Sdk.CreateMeterProviderBuilder().AddMeter(DaemonMeter.Name).AddPrometheusHttpListener(Configure).Build();
            return Task.CompletedTask;
        }
        catch (InvalidOperationException failure) when (failure.InnerException is HttpListenerException cause)
        {
            throw new InvalidConfigurationException(
                $"[metrics] listen: this daemon cannot listen on {at}: {cause.Message.TrimEnd('.')}. Name a port that is free, and the "
                    + "next one too: the producer takes the one that is named, the consumer the next.");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => provider?.Dispose();

    private void Configure(PrometheusHttpListenerOptions options)
    {
        (options.Host, options.Port) = (Subnet.FromAddress(at.Address).ToString(), at.Port);
        options.ScopeInfoEnabled = false;
        options.TargetInfoEnabled = false;
        if (at.Address.Equals(IPAddress.Loopback))
        {
            // Otherwise it would not answer requests whose Host header is the name.
            options.ConfigureHttpListener = (_, listener) =>
                listener.Prefixes.Add($"http://localhost:{at.Port}{options.ScrapeEndpointPath}/");
        }
    }
}
