using System.Reflection.Emit;

namespace F2bBroker.UnitTests.Architecture;

/// <summary>Reads the metadata tokens out of a method's IL.</summary>
internal static class ILTokens
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    public static IEnumerable<int> Read(byte[] il)
    {
        for (int at = 0; at < il.Length;)
        {
            // 0xfe begins an instruction of two bytes.
            short value = il[at] == 0xfe ? unchecked((short)(0xfe00 | il[at + 1])) : il[at];
            OpCode code = Codes[value];
            at += code.Size;
            if (code.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                yield return BitConverter.ToInt32(il, at);
            }

            at += OperandSize(code.OperandType, il, at);
        }
    }

    private static int OperandSize(OperandType type, byte[] il, int at) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
        _ => 4,
    };
}
