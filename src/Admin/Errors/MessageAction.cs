namespace F2bBroker.Admin.Errors;

/// <summary>What becomes of a refused message.</summary>
internal enum MessageAction
{
    Keep,
    Drop,

    /// <summary>Back into the server's own queue, and so judged once more.</summary>
    Requeue,
}
