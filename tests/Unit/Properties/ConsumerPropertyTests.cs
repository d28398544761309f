using CsCheck;
using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Properties;

/// <summary>
/// Any order of bans that arrive live, from the stream or requeued, pardons, rotations, restarts, kills and changes of the clock: the files
/// have the lines of <see cref="ConsumerModel"/>.
/// </summary>
[Trait("Form", "long")]
public sealed class ConsumerPropertyTests
{
    private static readonly int Lives = Soak.Times(inShort: 300, inSoak: 30_000);

    private static readonly Gen<string> Server = Gen.OneOf("web1", "web3", "web4");

    private static readonly Gen<string> Ip = Gen.OneOf("203.0.113.1", "203.0.113.2", "203.0.113.0/30", "2001:db8::1");

    private static readonly Gen<DeliverySource> Source = Gen.Frequency(
        (4, DeliverySource.Delivered),
        (1, DeliverySource.HistoryStream),
        (1, DeliverySource.Requeued));

    private static readonly Gen<ConsumerStep> Arrive = Gen.Select(Server, Ip, Gen.OneOf(0, 0, 0, 30, 1800, 5400, 80_000), Source)
        .Select((server, ip, age, source) => (ConsumerStep)new ConsumerStep.Arrive(server, ip, age, source));

    private static readonly Gen<ConsumerStep> ArriveAgain = Gen.Select(Gen.Int[0, 9], Source)
        .Select((number, source) => (ConsumerStep)new ConsumerStep.ArriveAgain(number, source));

    private static readonly Gen<ConsumerStep> Wait =
        Gen.OneOf(1, 9, 11, 300, 1900, 40_000).Select(seconds => (ConsumerStep)new ConsumerStep.Wait(seconds));

    private static readonly Gen<ConsumerStep> ChangeClock =
        Gen.OneOf(-7200, -60, 60, 7200).Select(seconds => (ConsumerStep)new ConsumerStep.ChangeClock(seconds));

    private static readonly Gen<ConsumerStep> Restart = Gen.Select(Gen.Bool, Gen.Bool)
        .Select((isRotated, isTrial) => (ConsumerStep)new ConsumerStep.Restart(isRotated, isTrial));

    private static readonly Gen<ConsumerStep> Kill = Gen.Select(Server, Ip, Gen.Int[1, 60])
        .Select((server, ip, missing) => (ConsumerStep)new ConsumerStep.Kill(server, ip, missing));

    private static readonly Gen<int?> End = Gen.OneOf<int?>(null, 0, 3600);

    private static readonly Gen<ConsumerStep> TakeBack = Gen.OneOf(
        Gen.Select(Ip, End).Select((ip, end) => (ConsumerStep)new ConsumerStep.TakeBack(ip, null, end)),
        Gen.Select(Server, End).Select((server, end) => (ConsumerStep)new ConsumerStep.TakeBack(null, server, end)));

    private static readonly Gen<ConsumerStep> Step = Gen.Frequency(
        (8, Arrive),
        (4, ArriveAgain),
        (4, Wait),
        (1, ChangeClock),
        (2, Gen.Const<ConsumerStep>(new ConsumerStep.Rotate())),
        (3, Restart),
        (1, Kill),
        (2, TakeBack));

    [Fact]
    public Task The_files_have_the_lines_of_the_model() =>
        Gen.Select(Gen.OneOf(1, 2), Gen.OneOf(0, 3), Step.Array[1, 30]).SampleAsync(CheckAsync, iter: Lives, print: Print);

    private static async Task CheckAsync(int quorum, int maxBans, ConsumerStep[] steps)
    {
        ConsumerModel model = new(quorum, maxBans);
        await using RealConsumer consumer = await RealConsumer.StartAsync(quorum, maxBans);
        List<Ban> arrived = [];
        bool isTrial = false;
        for (int i = 0; i < steps.Length; i++)
        {
            await DoAsync(steps[i], i);
            consumer.DateFile();
            Assert.Equal(model.Files, consumer.ReadFiles());
        }

        async Task DoAsync(ConsumerStep step, int number)
        {
            switch (step)
            {
                case ConsumerStep.Arrive arrive:
                    // Milliseconds make it another ban than the ones before.
                    DateTimeOffset at = consumer.Clock.AddSeconds(-arrive.SecondsOld).AddMilliseconds(-number);
                    arrived.Add(Some.Ban(arrive.Ip, server: arrive.Server, at: at));
                    await ArriveAsync(arrived[^1], arrive.Source);
                    break;
                case ConsumerStep.ArriveAgain { Source: var source, Number: var which } when arrived.Count > 0:
                    await ArriveAsync(arrived[which % arrived.Count], source);
                    break;
                case ConsumerStep.Wait wait:
                    consumer.Wait(TimeSpan.FromSeconds(wait.Seconds));
                    model.Clock += TimeSpan.FromSeconds(wait.Seconds);
                    model.Uptime += TimeSpan.FromSeconds(wait.Seconds);
                    break;
                case ConsumerStep.ChangeClock change:
                    consumer.ChangeClock(TimeSpan.FromSeconds(change.Seconds));
                    model.Clock += TimeSpan.FromSeconds(change.Seconds);
                    break;
                case ConsumerStep.Rotate:
                    await consumer.RotateAsync();
                    model.Rotate();
                    break;
                case ConsumerStep.Restart restart:
                    isTrial = restart.IsTrial;
                    await consumer.RestartAsync(restart.IsRotated, isTrial);
                    model.Restart(restart.IsRotated, isTrial);
                    break;
                case ConsumerStep.Kill kill:
                    Ban torn = Some.Ban(kill.Ip, server: kill.Server, at: consumer.Clock.AddMilliseconds(-number));
                    string part = MonitoredLogLine.BanText(torn)[..^kill.Missing];
                    await consumer.KillAsync(part, isTrial);
                    model.Kill(part);
                    model.Restart(isRotated: false, isTrial);
                    await ArriveAsync(torn, DeliverySource.Delivered);
                    break;
                case ConsumerStep.TakeBack { Ip: var ip, Server: var server, Seconds: var seconds }:
                    Pardon pardon = new(
                        ip is null ? null : Subnet.ParseCanonical(ip),
                        server,
                        "alice",
                        consumer.Clock,
                        seconds is { } rest ? consumer.Clock.AddSeconds(rest) : null,
                        "");
                    await consumer.TakeBackAsync(pardon);
                    model.TakeBack(pardon);
                    break;
                default:
                    break;
            }
        }

        async Task ArriveAsync(Ban ban, DeliverySource source)
        {
            // Otherwise it is refused as a ban of the future.
            if (ban.DetectedAt <= consumer.Clock + Ban.MaxClockAhead)
            {
                await consumer.ArriveAsync(ban, source);
                model.Arrive(ban, source);
            }
        }
    }

    private static string Print((int Quorum, int MaxBans, ConsumerStep[] Steps) life) =>
        $"quorum {life.Quorum}, maxbans {life.MaxBans}: {string.Join(", ", life.Steps.Select(step => step.ToString()))}";
}
