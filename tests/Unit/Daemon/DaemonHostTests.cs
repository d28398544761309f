using F2bBroker.Contracts;
using F2bBroker.Daemon;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace F2bBroker.UnitTests.Daemon;

public sealed class DaemonHostTests
{
    private readonly LoggedMessages<DaemonExit> log = new();
    private readonly Stoppable other = new(failure: null);

    public static TheoryData<Exception, string[]> Failures => new()
    {
        // RabbitMQ.Client, if a connection breaks while it is opened.
        { new ObjectDisposedException(null, "The CancellationTokenSource has been disposed."), [] },
        { new OperationCanceledException(), [] },
        { new InvalidOperationException("a fault"), ["A service failed while the daemon stopped: a fault"] },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_service_that_fails_at_the_stop_leaves_the_exit_code_and_the_others_are_stopped(Exception failure, string[] warnings)
    {
        Assert.Equal(ExitCode.Success, await RunAsync(failure, (_, lifetime) => lifetime.StopApplication()));
        Assert.Equal(warnings, log.Messages);
        Assert.True(other.IsStopped);
    }

    [Fact]
    public async Task A_failure_that_stops_the_daemon_is_its_exit_code_even_if_a_service_fails_at_the_stop()
    {
        int code = await RunAsync(
            new InvalidOperationException("a fault"),
            (exit, _) => exit.Fail(ExitCode.Configuration, "The broker refuses the login."));
        Assert.Equal(ExitCode.Configuration, code);
        Assert.Equal(["The broker refuses the login.", "A service failed while the daemon stopped: a fault"], log.Messages);
        Assert.True(other.IsStopped);
    }

    /// <summary>Runs a host with a service that fails at the stop as its token's callbacks do.</summary>
    /// <param name="stop">Stops the host when it has started.</param>
    private Task<int> RunAsync(Exception failure, Action<DaemonExit, IHostApplicationLifetime> stop)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services
            .AddSingleton<ILogger<DaemonExit>>(log)
            .AddSingleton<DaemonExit>()
            .AddSingleton<IHostedService>(other)
            .AddSingleton<IHostedService>(new Stoppable(new AggregateException(failure)));
        IHost host = builder.Build();
        DaemonExit exit = host.Services.GetRequiredService<DaemonExit>();
        IHostApplicationLifetime lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStarted.Register(() => stop(exit, lifetime));
        return DaemonHost.RunAsync(host);
    }

    private sealed class Stoppable(Exception? failure) : IHostedService
    {
        public bool IsStopped { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            IsStopped = true;
            return failure is null ? Task.CompletedTask : Task.FromException(failure);
        }
    }
}
