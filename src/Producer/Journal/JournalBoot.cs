using System.Diagnostics;
using System.Text.Json;

namespace F2bBroker.Producer.Journal;

/// <summary>
/// Finds the boot that <c>journalctl --follow</c> must show. It shows the boot that /proc names. systemd-nspawn gives a container another
/// boot id, which its journal contains. systemd gives a unit with ProtectProc or ProtectKernelTunables a fresh /proc with the machine's
/// boot id; there, --follow would never show anything.
/// </summary>
internal static class JournalBoot
{
    private const string Own = "/proc/sys/kernel/random/boot_id";
    private const string MachineId = "/etc/machine-id";

    private static readonly string[] Journals = ["/var/log/journal", "/run/log/journal"];

    /// <summary>
    /// Returns no option if both are the same, otherwise the option that shows the latest boot in this machine's own journal.
    /// </summary>
    /// <remarks>
    /// Not --merge, which includes the journals of containers and other machines. --boot=all does not help (seen with systemd 252).
    /// </remarks>
    public static async Task<string[]> OptionsAsync(CancellationToken stopping)
    {
        string own = (await File.ReadAllTextAsync(Own, stopping)).Trim().Replace("-", "", StringComparison.Ordinal);
        return await LatestAsync(stopping) is { } latest && latest != own && Folder() is { } folder ? [$"--directory={folder}"] : [];
    }

    /// <summary>Returns the boot id of the journal's last entry; null if there is no entry.</summary>
    private static async Task<string?> LatestAsync(CancellationToken stopping)
    {
        string[] options = ["--system", "--quiet", "--no-pager", "--lines=1", "--output=json", "--output-fields=_BOOT_ID"];
        using Process journalctl = Process.Start(new ProcessStartInfo("journalctl", options) { RedirectStandardOutput = true })!;
        string entry = await journalctl.StandardOutput.ReadToEndAsync(stopping);
        await journalctl.WaitForExitAsync(stopping);
        if (entry.Length == 0)
        {
            return null;
        }

        using JsonDocument document = JsonDocument.Parse(entry);
        return document.RootElement.GetProperty("_BOOT_ID").GetString();
    }

    /// <summary>Returns the folder of the active journal: on disk or in memory.</summary>
    private static string? Folder() => Journals
        .Select(journals => Path.Combine(journals, File.ReadAllText(MachineId).Trim(), "system.journal"))
        .Where(File.Exists)
        .OrderByDescending(File.GetLastWriteTimeUtc)
        .Select(Path.GetDirectoryName)
        .FirstOrDefault();
}
