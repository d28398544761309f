using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>A server's user on the broker. A name that belongs to another kind of user is rejected.</summary>
internal sealed class ServerUser(ManagementApi api, string server)
{
    private readonly string path = ManagementApi.Path("users", server);

    /// <summary>Returns the name if it is valid.</summary>
    /// <exception cref="CommandFailedException">The name is not valid.</exception>
    public static string ValidateName(string name) => ServerName.IsValid(name)
        ? name
        : throw new CommandFailedException(ExitCode.Configuration, $"{UntrustedText.Quote(name)} is not a server name: {ServerName.Rule}.");

    /// <summary>Returns the tags of a user. The broker's version decides whether they are a list or a text with commas.</summary>
    public static IEnumerable<string> TagsOf(JsonNode user) => user["tags"] is JsonArray list
        ? list.Select(tag => tag!.ToString())
        : user.Text("tags").Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Returns the enrolled server; null if it is not enrolled.</summary>
    /// <exception cref="CommandFailedException">The name belongs to another user.</exception>
    public async Task<EnrolledServer?> FindAsync(CancellationToken cancel)
    {
        JsonNode? user = await api.GetAsync(path, cancel);
        if (user is null)
        {
            return null;
        }

        JsonNode[] permissions = [.. (await api.GetAsync($"{path}/permissions", cancel)).Rows()];
        bool isElsewhere = permissions.Any(permission => permission["vhost"]!.ToString() != Topology.VirtualHost);
        return TagsOf(user).Any() || isElsewhere
            ? throw new CommandFailedException(
                ExitCode.Configuration,
                $"'{server}' is an operator or somebody else's user (it has a tag, or rights outside {Topology.VirtualHost}): choose "
                    + "another name for the server.")
            : CreateEnrolled(user, permissions.Select(ReadPermissions).FirstOrDefault());
    }

    /// <summary>Returns the patterns of a permission of the management API.</summary>
    public static Permissions ReadPermissions(JsonNode permission) =>
        new(permission.Text("configure"), permission.Text("write"), permission.Text("read"));

    /// <summary>Creates the user.</summary>
    /// <param name="password">The password; null for a user without one.</param>
    public Task CreateAsync(string? password, Role role, CancellationToken cancel) => CreateAsync(
        new JsonObject { [password is null ? "password_hash" : "password"] = password ?? "" },
        role.PermissionsFor(server),
        cancel);

    /// <summary>Creates the user as it was before it was removed, so that the server logs in again with its old credentials.</summary>
    public Task RestoreAsync(EnrolledServer old, CancellationToken cancel) => CreateAsync(
        new JsonObject { ["password_hash"] = old.PasswordHash, ["hashing_algorithm"] = old.HashingAlgorithm },
        old.Permissions,
        cancel);

    /// <summary>Sets the permissions of a role. Connections stay open.</summary>
    public Task GrantAsync(Role role, CancellationToken cancel) => GrantAsync(role.PermissionsFor(server), cancel);

    /// <summary>Deletes the user, which closes its connections. Returns false if it did not exist.</summary>
    public Task<bool> RemoveAsync(CancellationToken cancel) => api.DeleteAsync(path, cancel);

    private EnrolledServer CreateEnrolled(JsonNode user, Permissions? permissions) => new(
        permissions is null ? null : Role.FromPermissions(server, permissions),
        permissions,
        user.Text("password_hash"),
        user.Text("hashing_algorithm"));

    private async Task CreateAsync(JsonObject user, Permissions? permissions, CancellationToken cancel)
    {
        user["tags"] = "";
        await api.PutAsync(path, user, cancel);
        if (permissions is not null)
        {
            await GrantAsync(permissions, cancel);
        }

        await LimitAsync("max-connections", 8, cancel);
        await LimitAsync("max-channels", 32, cancel);
    }

    private Task<bool> GrantAsync(Permissions rights, CancellationToken cancel) => api.PutAsync(
        ManagementApi.Path("permissions", Topology.VirtualHost, server),
        new JsonObject { ["configure"] = rights.Configure, ["write"] = rights.Write, ["read"] = rights.Read },
        cancel);

    private Task<bool> LimitAsync(string limit, int value, CancellationToken cancel) =>
        api.PutAsync(ManagementApi.Path("user-limits", server, limit), new JsonObject { ["value"] = value }, cancel);
}
