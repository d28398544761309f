namespace F2bBroker.Shared.Configuration;

/// <summary>
/// What this server logs in to the broker with. The files are read again for every login, because they may be renewed while a daemon runs.
/// </summary>
/// <param name="Server">This server's name.</param>
/// <param name="PasswordFile">The file with the password; empty for none.</param>
/// <param name="CaFile">The certificate authorities that may sign the broker's certificate; empty for those of the system.</param>
/// <param name="CertFile">The certificate that logs in instead of a password; empty for none.</param>
internal sealed record LoginSettings(
    string Server,
    bool IsTls,
    string Password,
    string PasswordFile = "",
    string CaFile = "",
    string CertFile = "",
    string KeyFile = "")
{
    /// <exception cref="InvalidConfigurationException">A file is missing, unreadable, incomplete or has expired.</exception>
    public BrokerLogin Read()
    {
        List<string> errors = [];
        BrokerLogin login = Read(error => errors.Add($"[broker] {error}."));
        return errors.Count == 0 ? login : throw new InvalidConfigurationException(errors);
    }

    /// <summary>Reports keys that do not fit together, and files that cannot be used.</summary>
    /// <param name="error">Receives an error message that begins with the key.</param>
    public void Validate(Action<string> error)
    {
        if (!IsTls && (CaFile + CertFile + KeyFile).Length > 0)
        {
            error("cafile, certfile and keyfile need amqps:// in uri");
        }

        if (IsPasswordNeeded && Password.Length > 0 == PasswordFile.Length > 0)
        {
            error(Password.Length > 0
                ? "password and passwordfile are both set, one is needed"
                : "password is missing (or passwordfile, or certfile and keyfile)");
        }

        Read(error);
    }

    /// <summary>If a certificate logs in, a password may still be configured.</summary>
    private bool IsPasswordNeeded => !IsTls || CertFile.Length == 0;

    private BrokerLogin Read(Action<string> error) =>
        new(
            !IsPasswordNeeded ? "" : PasswordFile.Length > 0 ? ReadPassword(error) : Password,
            IsTls ? new TlsFiles(Server, error).Read(CaFile, CertFile, KeyFile) : null);

    private string ReadPassword(Action<string> error)
    {
        try
        {
            string password = File.ReadAllText(PasswordFile).TrimEnd('\r', '\n');
            if (password.Length == 0)
            {
                error($"passwordfile: {PasswordFile} is empty");
            }

            return password;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            error($"passwordfile cannot be read: {failure.Message.TrimEnd('.')}");
            return "";
        }
    }
}
