namespace F2bBroker.Admin.Doctor;

/// <summary>One thing that was looked at.</summary>
/// <param name="Subject">What.</param>
/// <param name="Todo">What is wrong and what to do; null when it is in order.</param>
internal sealed record Finding(string Subject, string? Todo = null)
{
    public bool IsOk => Todo is null;

    public override string ToString() => IsOk ? $"ok     {Subject}" : $"FAULT  {Subject}: {Todo}";
}
