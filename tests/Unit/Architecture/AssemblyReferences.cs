using System.Reflection;

namespace F2bBroker.UnitTests.Architecture;

/// <summary>Finds the types that each type of an assembly names: in signatures, fields and method bodies.</summary>
internal sealed class AssemblyReferences(string assembly)
{
    private readonly Module module = Assembly.Load(assembly).ManifestModule;
    private readonly HashSet<TypeReference> found = [];

    public HashSet<TypeReference> Read()
    {
        foreach (Type type in module.GetTypes().Where(IsOurs))
        {
            Type[] inherited = [.. type.GetInterfaces(), .. type.BaseType is { } parent ? [parent] : Type.EmptyTypes];
            Add(type, inherited);
            foreach (MemberInfo member in type.GetMembers(
                BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            {
                Add(type, Named(member));
                Add(type, member is MethodBase method ? NamedInBody(method) : []);
            }
        }

        return found;
    }

    private static IEnumerable<Type> Named(MemberInfo member) => member switch
    {
        FieldInfo field => [field.FieldType],
        PropertyInfo property => [property.PropertyType],
        MethodInfo method => [method.ReturnType, .. method.GetParameters().Select(parameter => parameter.ParameterType)],
        MethodBase constructor => constructor.GetParameters().Select(parameter => parameter.ParameterType),
        _ => [],
    };

    private IEnumerable<Type> NamedInBody(MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
        {
            yield break;
        }

        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        foreach (int token in ILTokens.Read(body.GetILAsByteArray()!))
        {
            MemberInfo? member = Resolve(token, ofType, ofMethod);
            foreach (Type? named in member is Type t ? [t] : member is null ? [] : Named(member).Append(member.DeclaringType))
            {
                yield return named!;
            }
        }

        foreach (LocalVariableInfo local in body.LocalVariables)
        {
            yield return local.LocalType;
        }
    }

    private MemberInfo? Resolve(int token, Type[]? ofType, Type[]? ofMethod)
    {
        try
        {
            return module.ResolveMember(token, ofType, ofMethod);
        }
        catch (ArgumentException)
        {
            return null; // A string, or a signature.
        }
    }

    private void Add(Type from, IEnumerable<Type?> named)
    {
        foreach (Type type in named.OfType<Type>().SelectMany(Parts).Where(type => type.Assembly != module.Assembly || IsOurs(type)))
        {
            found.Add(new TypeReference(FolderOf(from), Outer(from).Name, FolderOf(type), type.Name, type.Assembly.GetName().Name!));
        }
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType && !type.IsGenericTypeDefinition
            ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
        : [type];

    // The compiler's own types have no namespace, or another one.
    private static bool IsOurs(Type type) => Outer(type).Namespace?.StartsWith("F2bBroker", StringComparison.Ordinal) == true;

    private static Type Outer(Type type) => type.DeclaringType is { } outer ? Outer(outer) : type;

    // F2bBroker.Consumer.Rules is the folder Rules.
    private static string FolderOf(Type type) => Outer(type).Namespace?.Split('.') is ["F2bBroker", _, .. var folders] && folders.Length > 0
        ? folders[0]
        : "(root)";
}
