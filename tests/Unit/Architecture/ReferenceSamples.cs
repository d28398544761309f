namespace F2bBroker.UnitTests.Architecture;

/// <summary>References that only one part of the metadata names: an attribute, a constraint, a type argument or a catch clause.</summary>
[MassTransit.EntityName("sample")]
internal static class ReferenceSamples
{
    public static int Constraint<T>(IEnumerable<T> items)
        where T : RabbitMQ.Client.IChannel => items.Count();

    public static int TypeArgument() => Array.Empty<MassTransit.IBusControl>().Length;

    public static bool TypeTest(object value) => value is RabbitMQ.Client.ConnectionFactory;

    public static string Local(Func<F2bBroker.Shared.Configuration.Settings> create) => create().Server;

    public static void CatchClause(Action action)
    {
        try
        {
            action();
        }
        catch (RabbitMQ.Client.Exceptions.AlreadyClosedException)
        {
            action();
        }
    }
}
