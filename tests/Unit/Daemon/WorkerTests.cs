using F2bBroker.Contracts;
using F2bBroker.Daemon;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.UnitTests.Daemon;

public sealed class WorkerTests
{
    private readonly LoggedMessages<DaemonExit> log = new();

    public static TheoryData<Exception, string?> FailuresWhileStopping => new()
    {
        { new OperationCanceledException(), null },
        { new AlreadyClosedException(new ShutdownEventArgs(ShutdownInitiator.Peer, 320, "CONNECTION_FORCED")), null },
        { new IOException("connection reset"), null },
        { new InvalidOperationException("a fault"), "FailingWorker failed while it stopped: a fault" },
    };

    [Theory]
    [MemberData(nameof(FailuresWhileStopping))]
    public async Task A_failure_after_a_request_to_stop_leaves_the_exit_code(Exception failure, string? warning)
    {
        DaemonExit exit = Create();
        using FailingWorker worker = new(exit, failure, waitsForStop: true);
        await worker.StartAsync(TestContext.Current.CancellationToken);
        await worker.Started;
        await worker.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Success, exit.Code);
        Assert.Equal(warning is null ? [] : [warning], log.Messages);
    }

    [Fact]
    public async Task A_failure_stops_the_daemon()
    {
        DaemonExit exit = Create();
        using FailingWorker worker = new(exit, new IOException("connection reset"), waitsForStop: false);
        await worker.StartAsync(TestContext.Current.CancellationToken);
        await worker.ExecuteTask!;
        Assert.Equal(ExitCode.Failure, exit.Code);
        Assert.Equal(["FailingWorker failed: connection reset"], log.Messages);
    }

    private DaemonExit Create() => new(new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), log);

    private sealed class FailingWorker(DaemonExit exit, Exception failure, bool waitsForStop) : Worker(exit)
    {
        private readonly TaskCompletionSource started = new();

        public Task Started => started.Task;

        protected override async Task RunAsync(CancellationToken stopping)
        {
            started.SetResult();
            if (waitsForStop)
            {
                await Task
                    .Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            throw failure;
        }
    }
}
