using System.Diagnostics;
using System.Text.Json;

namespace F2bBroker.Producer.Journal;

/// <summary>
/// Which boot <c>journalctl --follow</c> shows: the one that /proc names. systemd-nspawn gives a container another name for it, which its
/// journal bears, and systemd gives a unit
/// with ProtectProc or ProtectKernelTunables a fresh /proc that has the machine's: there it would show nothing for ever.
/// </summary>
internal static class JournalBoot
{
    private const string Own = "/proc/sys/kernel/random/boot_id";
    private const string MachineId = "/etc/machine-id";

    private static readonly string[] Journals = ["/var/log/journal", "/run/log/journal"];

    /// <summary>None where both are the same; else what has it show the latest boot that it finds in this machine's own journal.</summary>
    /// <remarks>
    /// Not --merge, which lets in the journals of containers and other machines; --boot=all does not lift it (seen with 252).
    /// </remarks>
    public static async Task<string[]> OptionsAsync(CancellationToken stopping)
    {
        string own = (await File.ReadAllTextAsync(Own, stopping)).Trim().Replace("-", "", StringComparison.Ordinal);
        return await LatestAsync(stopping) is { } latest && latest != own && Folder() is { } folder ? [$"--directory={folder}"] : [];
    }

    /// <summary>The boot of the journal's last entry, whoever sent it; null when there is none.</summary>
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

    /// <summary>Where the journal is written now: on disk, or in memory.</summary>
    private static string? Folder() => Journals
        .Select(journals => Path.Combine(journals, File.ReadAllText(MachineId).Trim(), "system.journal"))
        .Where(File.Exists)
        .OrderByDescending(File.GetLastWriteTimeUtc)
        .Select(Path.GetDirectoryName)
        .FirstOrDefault();
}
