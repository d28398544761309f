using F2bBroker.Shared.Programs;

namespace F2bBroker.Admin.Doctor;

/// <summary>
/// Checks that this machine's clock is synchronised. Other servers refuse a ban from more than ten minutes in the future and skip one that
/// seems older than maxage.
/// </summary>
internal static class ClockCheck
{
    public static async Task<CheckResult> RunAsync(CancellationToken cancel) =>
        (await ExternalProgram.RunAsync("timedatectl", ["show", "--property=NTPSynchronized", "--value"], cancel))?.Output switch
        {
            "yes" => new CheckResult("clock, synchronised"),
            "no" => new CheckResult("clock", "it is not synchronised (timedatectl): install and start systemd-timesyncd or chrony. "
                + "f2bbroker status, on the operator's machine, tells how far it is off the broker's."),
            _ => new CheckResult("clock: there is no systemd here that knows; f2bbroker status compares it with the broker's"),
        };
}
