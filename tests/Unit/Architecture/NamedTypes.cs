using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace F2bBroker.UnitTests.Architecture;

/// <summary>Collects the types that a signature names. The decoded value of each type is not used.</summary>
internal sealed class NamedTypes : ISignatureTypeProvider<object?, object?>
{
    public HashSet<EntityHandle> Found { get; } = [];

    public object? GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Add(handle);

    public object? GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Add(handle);

    public object? GetTypeFromSpecification(
        MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public object? GetArrayType(object? elementType, ArrayShape shape) => null;

    public object? GetByReferenceType(object? elementType) => null;

    public object? GetFunctionPointerType(MethodSignature<object?> signature) => null;

    public object? GetGenericInstantiation(object? genericType, ImmutableArray<object?> typeArguments) => null;

    public object? GetGenericMethodParameter(object? genericContext, int index) => null;

    public object? GetGenericTypeParameter(object? genericContext, int index) => null;

    public object? GetModifiedType(object? modifier, object? unmodifiedType, bool isRequired) => null;

    public object? GetPinnedType(object? elementType) => null;

    public object? GetPointerType(object? elementType) => null;

    public object? GetPrimitiveType(PrimitiveTypeCode typeCode) => null;

    public object? GetSZArrayType(object? elementType) => null;

    private object? Add(EntityHandle type)
    {
        Found.Add(type);
        return null;
    }
}
