namespace F2bBroker.Fuzz;

/// <summary>A parser broke a rule. The message is the rule.</summary>
internal sealed class BrokenRuleException(string rule) : Exception(rule)
{
    public static void ThrowUnless(bool isKept, string rule)
    {
        if (!isKept)
        {
            throw new BrokenRuleException(rule);
        }
    }
}
