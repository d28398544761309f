using System.CommandLine;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Health;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Daemon.Systemd;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using F2bBroker.Shared.Programs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Serilog;

namespace F2bBroker.Daemon;

/// <summary>Runs a daemon: reads the command line, the configuration and the files, then runs the host until it is asked to stop.</summary>
/// <param name="description">The description for <c>--help</c>.</param>
/// <param name="findFileErrors">Returns an error message for each file or folder that cannot be used.</param>
/// <param name="configureServices">Registers the services of the daemon.</param>
/// <param name="findWarnings">Returns suspicious settings: warnings at start.</param>
/// <param name="findTestErrors">
/// Returns suspicious settings for <c>--test</c>, which may ask the fail2ban at a socket; null for its default socket.
/// </param>
/// <param name="findBrokerError">Returns an error message for <c>--test</c> if the daemon cannot use its objects on the broker.</param>
/// <param name="findNotice">Returns a sentence about settings that are easily forgotten, for the start and <c>--test</c>; or null.</param>
internal sealed class DaemonProgram(
    string description,
    Func<Settings, IEnumerable<string>> findFileErrors,
    Action<IServiceCollection, Settings> configureServices,
    Func<Settings, IEnumerable<string>>? findWarnings = null,
    Func<Settings, string?, CancellationToken, Task<IEnumerable<string>>>? findTestErrors = null,
    Func<Settings, IConnection, CancellationToken, Task<string?>>? findBrokerError = null,
    Func<Settings, string?>? findNotice = null)
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    private readonly Option<string> config = new("--config")
    {
        Description = "The configuration; X.local beside X.conf overrides it.",
        HelpName = "FILE",
        DefaultValueFactory = _ => SettingsFile.DefaultPath,
    };

    private readonly Option<string?> test = new("--test")
    {
        Description = "Check configuration, files and broker, then exit; --test=config checks all but the broker.",
        HelpName = "config",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> socket = new("--socket")
    {
        Description = "fail2ban's socket, which --test asks.",
        HelpName = "FILE",
    };

    public Task<int> RunAsync(string[] args)
    {
        RootCommand command = new(description) { config, test };
        if (findTestErrors is not null)
        {
            command.Add(socket);
        }

        test.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is not (null or "config"))
            {
                result.AddError("--test takes no value, or 'config'.");
            }
        });
        command.SetAction((parsed, cancel) => ExecuteAsync(parsed, cancel));
        // The host handles signals itself.
        return ProgramCommandLine.InvokeAsync(command, args, new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private async Task<int> ExecuteAsync(ParseResult parsed, CancellationToken cancel)
    {
        try
        {
            Settings settings = SettingsFile.Load(parsed.GetValue(config)!);
            bool isTest = parsed.GetResult(test) is not null;
            string[] errors =
            [
                .. findFileErrors(settings),
                .. isTest && findTestErrors is not null ? await findTestErrors(settings, parsed.GetValue(socket), cancel) : [],
            ];
            if (errors.Length > 0)
            {
                throw new InvalidConfigurationException(errors);
            }

            return isTest ? await TestAsync(settings, parsed.GetValue(test) is null, cancel) : await RunAsync(settings);
        }
        catch (InvalidConfigurationException error)
        {
            DaemonLogFormatter.Print(error);
            return ExitCode.Configuration;
        }
    }

    private async Task<int> RunAsync(Settings settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        await using Serilog.Core.Logger logger = DaemonLogFormatter.CreateLogger(settings.LogLevel);
        string[] warnings = [.. findWarnings?.Invoke(settings) ?? []];
        foreach (string message in warnings)
        {
            logger.Warning("{Message:l}", message);
        }

        if (findNotice?.Invoke(settings) is { } notice)
        {
            logger.Warning("{Message:l}", notice);
        }

        builder.Services
            .AddSerilog(logger)
            .Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout)
            .AddSingleton(TimeProvider.System)
            .AddSingleton(settings)
            .AddSingleton<DaemonExit>()
            .AddSingleton<ISystemdNotifier, SystemdNotifier>()
            .AddSingleton<Readiness>()
            .AddSingleton<BrokerLoginCheck>()
            .AddSingleton<LastBrokerContact>()
            .AddSingleton<HealthProblems>()
            .AddSingleton(HealthConnectionSource.CreateOwn(settings))
            // Registered first, so that it stops last: its last message follows the last ban.
            .AddHostedService<HealthReporter>()
            .AddHostedService<SystemdWatchdog>();
        if (findWarnings is not null)
        {
            builder.Services.AddHostedService(services => new WarningWatch(
                () => findWarnings(settings),
                warnings,
                services.GetRequiredService<HealthProblems>(),
                services.GetRequiredService<DaemonExit>(),
                TimeProvider.System,
                services.GetRequiredService<ILogger<WarningWatch>>()));
        }

        configureServices(builder.Services, settings);
        using IHost host = builder.Build();
        return await DaemonHost.RunAsync(host);
    }

    private Func<IConnection, CancellationToken, Task<string?>>? BrokerCheckFor(Settings settings) =>
        findBrokerError is null ? null : (connection, cancel) => findBrokerError(settings, connection, cancel);

    private async Task<int> TestAsync(Settings settings, bool asksBroker, CancellationToken cancel)
    {
        if (asksBroker
            && await LoginAttempt.FindFailureAsync(settings.Broker, settings.Server, cancel, BrokerCheckFor(settings)) is { } error)
        {
            DaemonLogFormatter.Print(new InvalidConfigurationException(error.Message));
            return error.IsRefused ? ExitCode.Configuration : ExitCode.BrokerUnreachable;
        }

        if (findNotice?.Invoke(settings) is { } notice)
        {
            await Console.Error.WriteLineAsync(notice);
        }

        await Console.Error.WriteLineAsync(
            asksBroker ? "Configuration, files and broker are valid." : "Configuration and files are valid.");
        return ExitCode.Success;
    }
}
