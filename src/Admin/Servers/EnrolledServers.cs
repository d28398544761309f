using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>The servers that are enrolled when several are to be enrolled.</summary>
/// <param name="permissions">The permissions of the enrolled servers.</param>
/// <param name="options">What the servers are to be.</param>
internal sealed class EnrolledServers(IReadOnlyDictionary<string, Permissions> permissions, EnrollmentOptions options)
{
    /// <summary>Returns true if an earlier run of the command has enrolled the server and written its file.</summary>
    /// <exception cref="CommandFailedException">The server is enrolled without a file, or otherwise, and the operator does not force
    /// it.</exception>
    public bool IsDone(string server, string file)
    {
        if (options.IsForced || !permissions.TryGetValue(server, out Permissions? own))
        {
            return false;
        }

        if (!File.Exists(file))
        {
            throw Fail($"'{server}' is enrolled already, and {file} does not exist. f2bbroker enroll {server} --force --out {file} "
                + "writes it, with a new password.");
        }

        Role? role = Role.FromPermissions(server, own);
        return role is not null && options.ChooseRole(role) == role
            ? true
            : throw Fail($"'{server}' is enrolled already, otherwise than the options say. --force changes it, with a new password.");
    }

    private static CommandFailedException Fail(string message) => new(ExitCode.Configuration, message);
}
