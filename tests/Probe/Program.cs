using F2bBroker.Probe;
using Microsoft.Extensions.Configuration;

if (args is not [string local, string publishAs, string readFrom])
{
    await Console.Error.WriteLineAsync("probe F2BBROKER.LOCAL SERVER-TO-PUBLISH-AS SERVER-TO-READ-FROM");
    return 2;
}

IConfiguration credentials = new ConfigurationBuilder().AddIniFile(Path.GetFullPath(local)).Build();
await using Intruder intruder = await Intruder.ConnectAsync(
    credentials["broker:uri"]!,
    credentials["server:name"]!,
    credentials["broker:password"]!);
bool[] refused = [await intruder.PublishAsAsync(publishAs), await intruder.ReadQueueOfAsync(readFrom)];
return refused.All(isRefused => isRefused) ? 0 : 1;
