using System.CommandLine;
using F2bBroker.Admin.Commands;
using F2bBroker.Shared.Programs;

namespace F2bBroker.Admin;

/// <summary>The command line of <c>f2bbroker</c>.</summary>
internal static class AdminProgram
{
    public static Task<int> RunAsync(string[] args)
    {
        CommandLine line = new();
        RootCommand root = new("Sets up, monitors and repairs the RabbitMQ broker through which servers share fail2ban's bans.");
        foreach (Option option in line.GlobalOptions)
        {
            root.Add(option);
        }

        Command[] commands =
        [
            new InitCommand(line).Command,
            new EnrollCommand(line).Command,
            new RotateCommand(line).Command,
            new RevokeCommand(line).Command,
            new StatusCommand(line).Command,
            new HistoryCommand(line).Command,
            new StatsCommand(line).Command,
            new WatchCommand(line).Command,
            new BanCommand(line).Command,
            new PardonCommand(line).Command,
            new PardonsCommand(line).Command,
            new ErrorsCommand(line).Command,
            new DoctorCommand(line).Command,
            new WhyCommand(line).Command,
        ];
        foreach (Command command in commands)
        {
            root.Add(command);
        }

        return ProgramCommandLine.InvokeAsync(root, args);
    }
}
