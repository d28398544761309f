using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using RabbitMQ.Client;

namespace F2bBroker.Bench;

/// <summary>(a) From bans in the log to all of them confirmed and the checkpoint saved after them.</summary>
internal static class Publishing
{
    private const int Window = 1000;

    public static async Task<IReadOnlyList<Result>> MeasureAsync(Setting setting)
    {
        await File.WriteAllLinesAsync(
            setting.FileOf("origin", "fail2ban.log"),
            Enumerable.Range(0, Bans.Count).Select(i => Bans.Line(i).TrimEnd('\n')));
        double[] medians = await Rounds.MediansAsync(() => ProducerAsync(setting, Bans.Count), () => FloorAsync(setting));
        return [new Result($"(a) {Bans.Count:N0} bans in the log → confirmed, per second", medians[0], medians[1], Target: 0.75)];
    }

    /// <summary>
    /// Lets the producer read the log to its end. Returns <paramref name="amount"/> per second, from the time when it follows the log.
    /// </summary>
    public static async Task<double> ProducerAsync(Setting setting, double amount)
    {
        await setting.ResetAsync();
        long length = new FileInfo(setting.FileOf("origin", "fail2ban.log")).Length;
        string checkpoint = setting.FileOf("origin", "checkpoint");
        await using Daemon producer = setting.StartProducer();
        long start = await producer.SaysAsync("Following");
        return Rounds.PerSecond(amount, start, await Rounds.UntilAsync(() => OffsetIn(checkpoint) == length));
    }

    /// <summary>Empties what there is, and publishes all bans with RabbitMQ.Client alone.</summary>
    public static async Task<double> FloorAsync(Setting setting)
    {
        await setting.ResetAsync();
        return await PublishAllAsync(setting);
    }

    /// <summary>Publishes all bans as the producer does: persistent, mandatory, with <c>user_id</c>, confirmed.</summary>
    public static async Task<double> PublishAllAsync(Setting setting)
    {
        await using IConnection connection = await setting.ConnectAsync("origin");
        await using IChannel channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        long start = Stopwatch.GetTimestamp();
        Queue<ValueTask> pending = new();
        for (int i = 0; i < Bans.Count; i++)
        {
            BasicProperties properties = new()
            {
                Persistent = true,
                UserId = "origin",
                ContentType = "application/json",
                MessageId = Guid.NewGuid().ToString(),
            };
            pending.Enqueue(channel.BasicPublishAsync("f2b.bans", "", mandatory: true, properties, Bans.Body(i)));
            if (pending.Count >= Window)
            {
                await pending.Dequeue();
            }
        }

        while (pending.TryDequeue(out ValueTask confirmed))
        {
            await confirmed;
        }

        return Rounds.PerSecond(Bans.Count, start, Stopwatch.GetTimestamp());
    }

    private static long OffsetIn(string checkpoint) => !File.Exists(checkpoint) ? -1
        : long.Parse(JsonNode.Parse(File.ReadAllText(checkpoint))!["offset"]!.ToString(), CultureInfo.InvariantCulture);
}
