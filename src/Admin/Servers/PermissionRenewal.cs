using System.Globalization;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>
/// Gives each enrolled server the permissions of its role in this version. Connections stay open. Permissions that F2bBroker never granted
/// stay unchanged.
/// </summary>
internal sealed class PermissionRenewal(ManagementApi api, Action<string> write)
{
    private enum Outcome
    {
        Unchanged,
        Extended,
        NoRole,
    }

    /// <summary>Renews the permissions, and reports how many changed and whose are not those of a role.</summary>
    /// <exception cref="CommandFailedException">The broker refuses.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        ILookup<Outcome, string> users = await WaitIndicator.RunAsync("Reading the rights of the servers", () => RenewAsync(cancel));
        WriteCount(users[Outcome.Extended].Count(), "extended");
        WriteCount(users[Outcome.Unchanged].Count(), "already exist");
        if (users[Outcome.NoRole].Any())
        {
            write(
                $"Rights of {string.Join(", ", users[Outcome.NoRole])}: not those of a role, left unchanged. f2bbroker enroll SERVER "
                    + "--force grants a server those of its role, with a new password.");
        }
    }

    private async Task<ILookup<Outcome, string>> RenewAsync(CancellationToken cancel)
    {
        List<(Outcome Outcome, string User)> users = [];
        foreach ((string user, Permissions rights) in await ServerPermissions.ReadAsync(api, cancel))
        {
            users.Add((await RenewAsync(user, rights, cancel), UntrustedText.Quote(user)));
        }

        return users.ToLookup(user => user.Outcome, user => user.User);
    }

    private async Task<Outcome> RenewAsync(string user, Permissions rights, CancellationToken cancel)
    {
        if (Role.FromPermissions(user, rights) is not { } role)
        {
            return Outcome.NoRole;
        }

        if (role.PermissionsFor(user) == rights)
        {
            return Outcome.Unchanged;
        }

        await new ServerUser(api, user).GrantAsync(role, cancel);
        return Outcome.Extended;
    }

    private void WriteCount(int count, string outcome)
    {
        if (count > 0)
        {
            write(string.Create(CultureInfo.InvariantCulture, $"Rights of {count} server{(count == 1 ? "" : "s")}: {outcome}."));
        }
    }
}
