using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace F2bBroker.UnitTests.Architecture;

/// <summary>
/// Finds the types that each type of an assembly names: in its base types, attributes, constraints, signatures, method bodies and catch
/// clauses. A constant of another type is not found, because the compiler copies its value.
/// </summary>
internal sealed class AssemblyReferences : IDisposable
{
    private readonly PEReader file;
    private readonly MetadataReader metadata;
    private readonly NamedTypes named = new();

    private AssemblyReferences(string assembly)
    {
        file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, $"{assembly}.dll")));
        metadata = file.GetMetadataReader();
    }

    public static HashSet<TypeReference> Read(string assembly)
    {
        using AssemblyReferences references = new(assembly);
        return references.Read();
    }

    public void Dispose() => file.Dispose();

    private HashSet<TypeReference> Read()
    {
        HashSet<TypeReference> found = [];
        foreach (TypeDefinitionHandle type in metadata.TypeDefinitions)
        {
            named.Found.Clear();
            Visit(metadata.GetTypeDefinition(type));
            (string? from, string name) = Locate(type);
            foreach ((string? to, string target) in named.Found.Select(Locate))
            {
                if (from is not null && to is not null)
                {
                    found.Add(new TypeReference(from, name, to, target));
                }
            }
        }

        return found;
    }

    private void Visit(TypeDefinition type)
    {
        Visit(type.BaseType);
        Visit(type.GetCustomAttributes());
        Visit(type.GetGenericParameters());
        foreach (InterfaceImplementationHandle implementation in type.GetInterfaceImplementations())
        {
            Visit(metadata.GetInterfaceImplementation(implementation).Interface);
        }

        foreach (FieldDefinitionHandle field in type.GetFields())
        {
            Visit(field);
            Visit(metadata.GetFieldDefinition(field).GetCustomAttributes());
        }

        foreach (PropertyDefinitionHandle property in type.GetProperties())
        {
            Visit(metadata.GetPropertyDefinition(property).GetCustomAttributes());
        }

        foreach (MethodDefinitionHandle method in type.GetMethods())
        {
            Visit(method);
            Visit(metadata.GetMethodDefinition(method));
        }
    }

    private void Visit(MethodDefinition method)
    {
        Visit(method.GetCustomAttributes());
        Visit(method.GetGenericParameters());
        foreach (ParameterHandle parameter in method.GetParameters())
        {
            Visit(metadata.GetParameter(parameter).GetCustomAttributes());
        }

        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        MethodBodyBlock body = file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(named, null);
        }

        foreach (ExceptionRegion region in body.ExceptionRegions)
        {
            Visit(region.CatchType);
        }

        foreach (int token in ILTokens.Read(body.GetILBytes()!))
        {
            Visit(MetadataTokens.EntityHandle(token));
        }
    }

    private void Visit(CustomAttributeHandleCollection attributes)
    {
        foreach (CustomAttributeHandle attribute in attributes)
        {
            Visit(metadata.GetCustomAttribute(attribute).Constructor);
        }
    }

    private void Visit(GenericParameterHandleCollection parameters)
    {
        foreach (GenericParameterHandle parameter in parameters)
        {
            foreach (GenericParameterConstraintHandle constraint in metadata.GetGenericParameter(parameter).GetConstraints())
            {
                Visit(metadata.GetGenericParameterConstraint(constraint).Type);
            }
        }
    }

    private void Visit(EntityHandle member)
    {
        if (member.IsNil)
        {
            return;
        }

        switch (member.Kind)
        {
            case HandleKind.TypeDefinition or HandleKind.TypeReference:
                named.Found.Add(member);
                break;
            case HandleKind.TypeSpecification:
                metadata.GetTypeSpecification((TypeSpecificationHandle)member).DecodeSignature(named, null);
                break;
            case HandleKind.FieldDefinition:
                FieldDefinition field = metadata.GetFieldDefinition((FieldDefinitionHandle)member);
                field.DecodeSignature(named, null);
                Visit(field.GetDeclaringType());
                break;
            case HandleKind.MethodDefinition:
                MethodDefinition method = metadata.GetMethodDefinition((MethodDefinitionHandle)member);
                method.DecodeSignature(named, null);
                Visit(method.GetDeclaringType());
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification generic = metadata.GetMethodSpecification((MethodSpecificationHandle)member);
                generic.DecodeSignature(named, null);
                Visit(generic.Method);
                break;
            case HandleKind.MemberReference:
                Visit(metadata.GetMemberReference((MemberReferenceHandle)member));
                break;
            default:
                throw new BadImageFormatException($"{member.Kind} is not a type, field or method");
        }
    }

    private void Visit(MemberReference member)
    {
        if (member.GetKind() == MemberReferenceKind.Field)
        {
            member.DecodeFieldSignature(named, null);
        }
        else
        {
            member.DecodeMethodSignature(named, null);
        }

        Visit(member.Parent);
    }

    private (string? Folder, string Type) Locate(EntityHandle type)
    {
        if (type.Kind == HandleKind.TypeReference)
        {
            System.Reflection.Metadata.TypeReference reference = metadata.GetTypeReference((TypeReferenceHandle)type);
            return reference.ResolutionScope.Kind switch
            {
                HandleKind.TypeReference => Locate(reference.ResolutionScope),
                HandleKind.AssemblyReference => (
                    FolderOf(metadata.GetString(reference.Namespace)) ?? AssemblyOf(reference.ResolutionScope),
                    metadata.GetString(reference.Name)),
                _ => throw new BadImageFormatException($"{metadata.GetString(reference.Name)} is in no assembly"),
            };
        }

        TypeDefinition definition = metadata.GetTypeDefinition((TypeDefinitionHandle)type);
        TypeDefinitionHandle outer = definition.GetDeclaringType();
        return outer.IsNil ? (FolderOf(metadata.GetString(definition.Namespace)), metadata.GetString(definition.Name)) : Locate(outer);
    }

    private string AssemblyOf(EntityHandle scope) =>
        metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name);

    // F2bBroker.Consumer.Rules is src/Consumer/Rules. Types that the compiler adds have other namespaces.
    private static string? FolderOf(string typeNamespace) =>
        typeNamespace.StartsWith("F2bBroker.", StringComparison.Ordinal) ? typeNamespace["F2bBroker.".Length..] : null;
}
