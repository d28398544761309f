using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Broker;

/// <summary>The address of the management API, and the operator's login.</summary>
/// <param name="Address">Scheme, host and port, without the login.</param>
internal sealed record ApiLogin(Uri Address, string User, string Password)
{
    /// <summary>The environment variable with the API's whole URL, including the login.</summary>
    public const string Variable = "F2BBROKER_API";

    private const UnixFileMode OthersMay =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Returns the address from the first source that has one, and the login from the first source that has one.</summary>
    /// <param name="option">The value of --api.</param>
    /// <param name="file">The value of --api-file.</param>
    /// <param name="variable">The value of <see cref="Variable"/>.</param>
    /// <param name="ask">Asks the operator for user and password; null without a terminal.</param>
    /// <param name="warn">Receives warnings.</param>
    /// <exception cref="CommandFailedException">No address or no login is given, or one is malformed.</exception>
    public static ApiLogin Resolve(
        string? option,
        string? file,
        string? variable,
        Func<(string User, string Password)>? ask,
        Action<string> warn)
    {
        Uri? fromOption = Parse("--api", option);
        Uri?[] sources = [fromOption, file is null ? null : Parse(file, ReadFile(file)), Parse(Variable, variable)];
        Uri address = sources.FirstOrDefault(uri => uri is not null)
            ?? throw Fail($"No management API is named. Give --api https://HOST:15671, --api-file FILE or {Variable}.");
        if (fromOption?.UserInfo.Length > 0)
        {
            warn($"The password is visible in the process list: use {Variable} or --api-file instead of a login in --api.");
        }

        if (address is { Scheme: "http", IsLoopback: false })
        {
            warn($"The login goes to {address.Host} unencrypted: use https.");
        }

        string? login = sources.FirstOrDefault(uri => uri?.UserInfo.Length > 0)?.UserInfo;
        (string user, string password) = login is not null
            ? Split(login)
            : (
                ask ?? throw Fail($"No login is given. Write it into {Variable} or --api-file, as in https://USER:PASSWORD@HOST:15671.")
            )();
        return new ApiLogin(
            new UriBuilder(address)
            {
                UserName = "",
                Password = "",
                Path = "/",
                Query = "",
                Fragment = "",
            }.Uri,
            user,
            password);
    }

    private static Uri? Parse(string source, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        // The text is not repeated, because it may contain the password.
        return Uri.TryCreate(text.Trim(), UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0
            ? uri
            : throw Fail($"{source} holds no URL of the form https://USER:PASSWORD@HOST:15671.");
    }

    private static string ReadFile(string file)
    {
        try
        {
            if ((File.GetUnixFileMode(file) & OthersMay) != 0)
            {
                throw Fail($"{file} holds a password and may be read or written by others: chmod 600 {file}");
            }

            return File.ReadAllText(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Fail($"--api-file cannot be read: {failure.Message}");
        }
    }

    private static (string User, string Password) Split(string login)
    {
        string[] parts = login.Split(':', 2);
        return (Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? ""));
    }

    private static CommandFailedException Fail(string message) => new(ExitCode.Configuration, message);
}
