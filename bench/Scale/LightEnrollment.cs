using System.Diagnostics;

namespace F2bBroker.Bench.Scale;

/// <summary>Enrols the light receivers' servers with the operator's command.</summary>
internal static class LightEnrollment
{
    /// <summary>Runs <c>f2bbroker enroll --list</c>, which writes a file with the login of each.</summary>
    public static async Task RunAsync(ScaleSetting setting)
    {
        string list = Path.Combine(setting.Folder, "servers");
        await File.WriteAllLinesAsync(list, setting.LightServers);
        string uri = $"amqp://127.0.0.1:{Environment.GetEnvironmentVariable("F2B_AMQP_PORT")}/f2b";
        string[] arguments = ["enroll", "--list", list, "--out", setting.Logins, "--role", "receiver", "--uri", uri];
        using Process enroll = Process.Start(new ProcessStartInfo(
            Environment.GetEnvironmentVariable("F2BBROKER")!,
            setting.IsStream ? [.. arguments, "--stream"] : arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = enroll.StandardError.ReadToEndAsync();
        await enroll.StandardOutput.ReadToEndAsync();
        await enroll.WaitForExitAsync();
        if (enroll.ExitCode != 0)
        {
            throw new InvalidOperationException($"f2bbroker enroll --list failed: {await errors}");
        }
    }
}
