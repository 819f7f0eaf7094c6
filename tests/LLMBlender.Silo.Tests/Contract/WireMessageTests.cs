using System.Reflection;
using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Local;
using LLMBlender.Silo.Models;
using LLMBlender.TestKit;

namespace LLMBlender.Silo.Tests.Contract;

/// <summary>
/// Compares the messages between processes with the committed list <c>WireMessages.txt</c>. Processes of two versions share a cluster
/// during an upgrade, so that aliases, ids and types of existing members never change, and an id is never used again.
/// </summary>
public sealed class WireMessageTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Assembly[] Assemblies =
        [typeof(IBlender).Assembly, typeof(Blender).Assembly, typeof(LocalBlender).Assembly, typeof(SiloModels).Assembly];

    // Without the messages of calls, which Orleans generates from the interfaces in OrleansContracts.txt.
    private static IEnumerable<Type> Messages => Assemblies.SelectMany(static assembly => assembly.GetTypes())
        .Where(static type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null)
        .Where(static type => type.Namespace!.StartsWith(nameof(LLMBlender), StringComparison.Ordinal));

    [Fact]
    public void Messages_OfThisVersion_EqualTheCommittedList()
    {
        var file = Repository.File("tests", "LLMBlender.Silo.Tests", "Contract", "WireMessages.txt");
        var known = File.ReadAllLines(file);
        var current = Messages.SelectMany(Describe).Order(StringComparer.Ordinal).ToArray();

        var removed = known.Except(current).ToArray();
        var added = current.Except(known).ToArray();
        if (removed.Length > 0 || added.Length > 0)
        {
            var written = Path.Combine(AppContext.BaseDirectory, "WireMessages.txt");
            File.WriteAllLines(written, current);
            Assert.Fail($"""
                The messages between processes differ from {file}.
                Removed or changed, which breaks a cluster of two versions:
                {Lines(removed)}
                Added, which is compatible if a member's id was never used before:
                {Lines(added)}
                To accept the change: cp {written} {file}
                """);
        }
    }

    [Fact]
    public void Messages_All_HaveAnAlias() => Assert.All(Messages, static type => Assert.NotNull(type.GetCustomAttribute<AliasAttribute>()));

    private static string Lines(string[] lines) => lines.Length == 0 ? "  none" : string.Join('\n', lines.Select(static line => $"  {line}"));

    // A line for the message and one for each member; an unused id below the highest one belonged to a removed member.
    private static IEnumerable<string> Describe(Type type)
    {
        var name = type.GetCustomAttribute<AliasAttribute>()?.Alias ?? type.FullName!;
        yield return name;
        if (type.IsEnum)
        {
            foreach (var value in Enum.GetValues(type))
            {
                yield return $"{name} {Convert.ToInt64(value, null):00} {value}";
            }

            yield break;
        }

        var members = type.GetMembers(Declared)
            .Select(static member => (Member: member, member.GetCustomAttribute<IdAttribute>()?.Id))
            .Where(static member => member.Id is not null)
            .ToDictionary(static member => member.Id!.Value, static member => member.Member);
        for (var id = 0u; id <= members.Keys.DefaultIfEmpty().Max() && members.Count > 0; id++)
        {
            yield return members.TryGetValue(id, out var member)
                ? $"{name} {id:00} {member.Name}: {NameOf(member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType)}"
                : $"{name} {id:00} removed, not reused";
        }
    }

    private static string NameOf(Type type) =>
        Nullable.GetUnderlyingType(type) is { } inner ? $"{NameOf(inner)}?"
        : type.IsArray ? $"{NameOf(type.GetElementType()!)}[]"
        : type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
        : type.GetCustomAttribute<AliasAttribute>()?.Alias ?? type.Name;
}
