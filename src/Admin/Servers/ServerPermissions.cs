using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>The permissions of the servers on the virtual host of the group.</summary>
internal static class ServerPermissions
{
    /// <summary>Returns the role of a server; null if it is not enrolled, or if its permissions are not those of a role.</summary>
    /// <exception cref="CommandFailedException">The broker refuses.</exception>
    public static async Task<Role?> FindRoleAsync(ManagementApi api, string server, CancellationToken cancel) =>
        await api.GetAsync(ManagementApi.Path("permissions", Topology.VirtualHost, server), cancel) is { } permission
            ? Role.FromPermissions(server, ServerUser.ReadPermissions(permission))
            : null;

    /// <summary>Returns the permissions of each user without a tag. Operators have one.</summary>
    /// <exception cref="CommandFailedException">The broker refuses, or it has no virtual host of the group.</exception>
    public static async Task<IReadOnlyDictionary<string, Permissions>> ReadAsync(ManagementApi api, CancellationToken cancel)
    {
        string path = ManagementApi.Path("vhosts", Topology.VirtualHost, "permissions");
        JsonNode permissions = await api.GetAsync($"{path}?columns=user,configure,write,read", cancel)
            ?? throw new CommandFailedException(
                ExitCode.Configuration,
                $"The broker has no virtual host {Topology.VirtualHost}: run f2bbroker init first.");
        HashSet<string> operators =
        [
            .. (await api.GetAsync("users?columns=name,tags", cancel))
                .Rows()
                .Where(user => ServerUser.TagsOf(user).Any())
                .Select(user => user.Text("name")),
        ];
        return permissions.Rows()
            .Where(permission => !operators.Contains(permission.Text("user")))
            .ToDictionary(permission => permission.Text("user"), ServerUser.ReadPermissions);
    }
}
