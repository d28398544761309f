using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>Edits the text of a server's <c>f2bbroker.local</c>.</summary>
internal static class LocalSettingsText
{
    private const string Folder = "/etc/f2bbroker";

    /// <summary>Returns the text with name, URI, login and queue type set. All other lines and comments stay.</summary>
    public static string Update(string text, string server, ServerBrokerUri broker, ServerCredentials login)
    {
        (string? password, QueueType type) = (login.Password, login.Type);
        List<string> lines = [.. text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n')];
        if (lines is [""])
        {
            lines.Clear();
        }

        Set(lines, "server", "name", server);
        if (broker.IsDefault)
        {
            SetMissing(lines, "uri", broker.Uris);
        }
        else
        {
            Set(lines, "broker", "uri", broker.Uris);
        }

        // The daemons refuse a configuration with two logins.
        lines.RemoveAll(line => IsKey(line, "passwordfile"));
        if (password is not null)
        {
            Set(lines, "broker", "password", password);
        }
        else
        {
            // Files that are already named stay.
            lines.RemoveAll(line => IsKey(line, "password"));
            SetMissing(lines, "cafile", $"{Folder}/ca.pem");
            SetMissing(lines, "certfile", $"{Folder}/{server}.pem");
            SetMissing(lines, "keyfile", $"{Folder}/{server}.key");
        }

        if (type == QueueType.Classic)
        {
            // The default.
            lines.RemoveAll(line => IsKey(line, "queuetype"));
        }
        else
        {
            Set(lines, "consumer", "queuetype", type.Name);
        }

        return string.Concat(lines.Select(line => $"{line}\n"));
    }

    private static void SetMissing(List<string> lines, string key, string value)
    {
        if (!lines.Exists(line => IsKey(line, key)))
        {
            Set(lines, "broker", key, value);
        }
    }

    private static void Set(List<string> lines, string section, string key, string value)
    {
        int head = lines.FindIndex(line => line.Trim().Equals($"[{section}]", StringComparison.OrdinalIgnoreCase));
        if (head < 0)
        {
            lines.AddRange([$"[{section}]", $"{key} = {value}"]);
            return;
        }

        int next = lines.FindIndex(head + 1, line => line.TrimStart().StartsWith('['));
        int end = next < 0 ? lines.Count : next;
        int old = lines.FindIndex(head + 1, end - head - 1, line => IsKey(line, key));
        if (old >= 0)
        {
            lines[old] = $"{key} = {value}";
        }
        else
        {
            lines.Insert(LastSettingIn(lines, head, end) + 1, $"{key} = {value}");
        }
    }

    /// <summary>Returns the index of the section's last line that is not blank.</summary>
    private static int LastSettingIn(List<string> lines, int head, int end) =>
        lines.FindLastIndex(end - 1, end - head, line => line.Trim().Length > 0);

    private static bool IsKey(string line, string key) => Regex.IsMatch(line, $@"^\s*{key}\s*=", RegexOptions.IgnoreCase);
}
