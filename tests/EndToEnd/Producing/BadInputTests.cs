namespace F2bBroker.EndToEndTests.Producing;

/// <summary>Each error is reported in one message, with the exit code that service managers and scripts evaluate.</summary>
public sealed class BadInputTests(TestBroker broker) : IAsyncLifetime
{
    private const int Configuration = 78;
    private const int Unreachable = 69;

    private Server server = null!;

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        server = await Server.EnrollAsync(broker, "web1");
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData(
        "PRODUCER__LOGPATH",
        "/nonexistent/fail2ban.log",
        Built.Producer,
        "[producer] logpath: /nonexistent/fail2ban.log does not exist.")]
    [InlineData("PRODUCER__LOGPATH", "/etc", Built.Producer, "[producer] logpath: /etc is a directory; name fail2ban's log file.")]
    [InlineData("PRODUCER__CHECKPOINT", "/nonexistent/x", Built.Producer, "[producer] checkpoint: the folder /nonexistent does not exist.")]
    [InlineData(
        "CONSUMER__LOGPATH", "/nonexistent/bans.log", Built.Consumer, "[consumer] logpath: the folder /nonexistent does not exist.")]
    [InlineData("CONSUMER__LOGPATH", "/etc", Built.Consumer, "[consumer] logpath: /etc is a directory; name a file for the monitored log.")]
    [InlineData("SERVER__NAME", "Web_1", Built.Consumer, "[server] name: 'Web_1' is not a server name")]
    [InlineData("CONSUMER__MAXAGE", "long", Built.Producer, "[consumer] maxage: 'long' is not a duration")]
    [InlineData("CONSUMER__NOSUCH", "1", Built.Consumer, "[CONSUMER] 'NOSUCH' is not a known key.")]
    [InlineData("BROKER__PASSWORD", "wrong", Built.Producer, "refuses the login of 'web1': unknown user or wrong password.")]
    [InlineData("BROKER__PASSWORD", "wrong", Built.Consumer, "refuses the login of 'web1': unknown user or wrong password.")]
    [InlineData("SERVER__NAME", "web9", Built.Consumer, "refuses the login of 'web9': unknown user or wrong password.")]
    public async Task A_daemon_with_invalid_settings_logs_them_and_ends(string variable, string value, string program, string message)
    {
        string setting = $"F2BBROKER_{variable}={value}";
        foreach (string[] test in new string[][] { [], ["--test"] })
        {
            Built.Outcome outcome = await Built.RunAsync(program, ["--config", server.Configuration, .. test], setting);
            Assert.Contains(message, outcome.Errors);
            Assert.DoesNotContain("   at ", outcome.Errors);
            Assert.Equal(Configuration, outcome.ExitCode);
        }
    }

    [Theory]
    [InlineData(Built.Producer)]
    [InlineData(Built.Consumer)]
    public async Task An_unknown_virtual_host_is_named(string program)
    {
        Built.Outcome outcome = await Built.RunAsync(
            program,
            ["--config", server.Configuration],
            $"F2BBROKER_BROKER__URI=amqp://{broker.Host}:{broker.Port}/nix");
        Assert.Contains("refuses 'web1' on the virtual host 'nix'", outcome.Errors);
        Assert.Equal(Configuration, outcome.ExitCode);
    }

    [Theory]
    [InlineData(Built.Producer)]
    [InlineData(Built.Consumer)]
    public async Task A_valid_setup_passes_the_test_and_a_broker_that_does_not_answer_has_its_own_exit_code(string program)
    {
        string[] test = ["--config", server.Configuration, "--test"];
        Assert.Equal(0, (await Built.RunAsync(program, test)).ExitCode);
        Built.Outcome unreachable = await Built.RunAsync(program, test, "F2BBROKER_BROKER__URI=amqp://127.0.0.1:1");
        Assert.Contains("The broker at 127.0.0.1:1 does not answer", unreachable.Errors);
        Assert.Equal(Unreachable, unreachable.ExitCode);
        Assert.Equal(
            0,
            (await Built.RunAsync(program, [.. test[..2], "--test=config"], "F2BBROKER_BROKER__URI=amqp://127.0.0.1:1")).ExitCode);
    }

    [Fact]
    public async Task The_message_of_a_syntax_error_does_not_quote_the_line()
    {
        File.AppendAllText(server.Configuration, "\n[broker]\npassword geheim\n");
        Built.Outcome outcome = await Built.RunAsync(Built.Producer, ["--config", server.Configuration]);
        Assert.Contains("neither a comment, a [section] nor 'key = value'", outcome.Errors);
        Assert.DoesNotContain("geheim", outcome.Errors);
        Assert.Equal(Configuration, outcome.ExitCode);
    }

    [Theory]
    [InlineData(Built.Producer, "--config")]
    [InlineData(Built.Consumer, "--config")]
    [InlineData(Built.Admin, "doctor", "--config")]
    [InlineData(Built.Admin, "status", "--api-file")]
    [InlineData(Built.Admin, "stats", "--log")]
    [InlineData(Built.Admin, "errors", "web1", "--drop", "--reason")]
    public async Task An_option_whose_value_is_empty_is_named(string program, params string[] options)
    {
        Built.Outcome outcome = await Built.RunAsync(program, [.. options, ""]);
        Assert.Contains($"The value of {options[^1]} is empty.", outcome.Errors);
        Assert.DoesNotContain("   at ", outcome.Errors);
        Assert.Equal(Configuration, outcome.ExitCode);
    }

    [Theory]
    [InlineData(Built.Producer)]
    [InlineData(Built.Consumer)]
    [InlineData(Built.Admin)]
    [InlineData(Built.Admin, "status")]
    public async Task An_unknown_option_is_named(string program, params string[] command)
    {
        Built.Outcome outcome = await Built.RunAsync(program, [.. command, "--colour"]);
        Assert.Contains("'--colour'", outcome.Errors);
        Assert.Equal(Configuration, outcome.ExitCode);
    }

    [Fact]
    public async Task A_pardon_may_have_an_empty_reason()
    {
        Built.Outcome outcome = await broker.AdminAsync("pardon", "203.0.113.7", "--reason", "");
        Assert.Contains("203.0.113.7 is pardoned until", outcome.Errors);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    [Trait("Form", "slow")]
    public async Task A_second_consumer_of_the_same_server_logs_an_error_and_ends()
    {
        await server.StartConsumerAsync();
        Daemon second = server.Start(Built.Consumer);
        Assert.Equal(Configuration, await second.EndAsync());
        Assert.Contains("Another consumer is connected as 'web1' and holds its queue.", second.Said);
    }

    [Fact]
    public async Task A_daemon_that_is_stopped_on_request_exits_with_0()
    {
        Assert.Equal(0, await (await server.StartProducerAsync()).StopAsync());
        Assert.Equal(0, await (await server.StartConsumerAsync()).StopAsync());
    }

    [Theory]
    [InlineData(Built.Producer)]
    [InlineData(Built.Consumer)]
    [InlineData(Built.Admin)]
    public async Task Each_program_prints_its_version_and_its_options(string program)
    {
        Assert.Matches(@"^\d+\.\d+\.\d+\n$", (await Built.RunAsync(program, ["--version"])).Output);
        Assert.Contains("Usage:", (await Built.RunAsync(program, ["--help"])).Output);
    }
}
