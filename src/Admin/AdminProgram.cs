using System.CommandLine;
using F2bBroker.Admin.Commands;

namespace F2bBroker.Admin;

/// <summary>The command line of <c>f2bbroker</c>.</summary>
internal static class AdminProgram
{
    public static Task<int> RunAsync(string[] args)
    {
        CommandLine line = new();
        RootCommand root = new("Sets up, watches and mends the RabbitMQ broker through which servers share fail2ban's bans.");
        foreach (Option option in line.GlobalOptions)
        {
            root.Add(option);
        }

        foreach (Command command in (IEnumerable<Command>)
            [.. new ServerCommands(line).All, .. new LookingCommands(line).All, new BanCommand(line).Command, new ErrorsCommand(line).Command, new DoctorCommand(line).Command])
        {
            root.Add(command);
        }

        return root.Parse(args).InvokeAsync();
    }
}
