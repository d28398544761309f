namespace F2bBroker.Fuzz;

/// <summary>Takes lines out of an input.</summary>
internal static class InputText
{
    /// <summary>Returns the bytes before the first of these, as a reader of lines does.</summary>
    public static ReadOnlySpan<byte> FirstLine(ReadOnlySpan<byte> input, ReadOnlySpan<byte> ends) =>
        input.IndexOfAny(ends) is >= 0 and var end ? input[..end] : input;
}
