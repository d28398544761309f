namespace F2bBroker.Admin.Errors;

/// <summary>What to do with a refused message.</summary>
internal enum MessageAction
{
    Keep,
    Drop,
    /// <summary>Publish it to the server's own queue, where it is evaluated again.</summary>
    Requeue,
}
