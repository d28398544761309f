using F2bBroker.Contracts;
using F2bBroker.Daemon;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace F2bBroker.UnitTests.Daemon;

public sealed class DaemonHostTests
{
    private readonly LoggedMessages<DaemonExit> log = new();
    private readonly Stoppable other = new();

    public static TheoryData<Exception, string[]> Failures => new()
    {
        // RabbitMQ.Client, if a connection breaks while it is opened.
        { new ObjectDisposedException(null, "The CancellationTokenSource has been disposed."), [] },
        { new OperationCanceledException(), [] },
        { new InvalidOperationException("a fault"), ["A service failed while the daemon stopped: a fault"] },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_callback_that_fails_at_the_stop_leaves_the_exit_code_and_stops_the_others(Exception failure, string[] warnings)
    {
        Assert.Equal(ExitCode.Success, await RunAsync((_, stopping) => stopping.Register(() => throw failure)));
        Assert.Equal(warnings, log.Messages);
        Assert.True(other.IsStopped);
    }

    [Fact]
    public async Task A_failure_that_stops_the_daemon_is_its_exit_code_even_if_the_stop_fails_too()
    {
        int code = await RunAsync((exit, stopping) =>
        {
            stopping.Register(() => throw new InvalidOperationException("a fault"));
            exit.Fail(ExitCode.Configuration, "The broker refuses the login.");
        });
        Assert.Equal(ExitCode.Configuration, code);
        Assert.Equal(["The broker refuses the login.", "A service failed while the daemon stopped: a fault"], log.Messages);
        Assert.True(other.IsStopped);
    }

    /// <summary>Runs a host with a worker that calls the method and then waits for the stop. Asks it to stop.</summary>
    private async Task<int> RunAsync(Action<DaemonExit, CancellationToken> start)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services
            .AddSingleton<ILogger<DaemonExit>>(log)
            .AddSingleton<DaemonExit>()
            .AddHostedService(_ => other)
            .AddHostedService(services => new Waiting(services.GetRequiredService<DaemonExit>(), start));
        using IHost host = builder.Build();
        IHostApplicationLifetime lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        Task<int> running = DaemonHost.RunAsync(host);
        await host.Services.GetServices<IHostedService>().OfType<Waiting>().Single().Started;
        lifetime.StopApplication();
        return await running;
    }

    private sealed class Waiting(DaemonExit exit, Action<DaemonExit, CancellationToken> start) : Worker(exit)
    {
        private readonly DaemonExit exit = exit;
        private readonly TaskCompletionSource started = new();

        public Task Started => started.Task;

        protected override async Task RunAsync(CancellationToken stopping)
        {
            start(exit, stopping);
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping);
        }
    }

    private sealed class Stoppable : IHostedService
    {
        public bool IsStopped { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            IsStopped = true;
            return Task.CompletedTask;
        }
    }
}
