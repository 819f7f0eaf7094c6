using System.Runtime.CompilerServices;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LLMBlender.Local.Settings.LiteLLM;

/// <summary>Reads the nodes of a LiteLLM file.</summary>
internal static class LiteLLMNode
{
    private const string Merge = "<<";

    /// <summary>Returns a field of a mapping, its own or of a mapping that is merged into it; null if there is none.</summary>
    public static YamlNode? Find(YamlMappingNode node, string field) => Find(node, field, []);

    /// <summary>Returns the entries of a list; none if there is no such list.</summary>
    public static IEnumerable<YamlNode> List(YamlMappingNode node, string field) => Find(node, field) is YamlSequenceNode list ? list.Children : [];

    /// <summary>Returns a text; null if it is absent, null or empty.</summary>
    public static string? Text(YamlMappingNode node, string field) => Text(Find(node, field));

    /// <inheritdoc cref="Text(YamlMappingNode, string)"/>
    public static string? Text(YamlNode? node) =>
        node is YamlScalarNode { Value: { Length: > 0 } value } scalar && !(scalar.Style is ScalarStyle.Plain && value is "null" or "~") ? value : null;

    // Each mapping is searched once, however many ways of merges lead to it: the ways can be exponentially many.
    private static YamlNode? Find(YamlMappingNode node, string field, HashSet<ByReference> searched)
    {
        if (!searched.Add(new ByReference(node)))
        {
            return null;
        }

        if (node.Children.TryGetValue(new YamlScalarNode(field), out var value))
        {
            return value;
        }

        if (!node.Children.TryGetValue(new YamlScalarNode(Merge), out var merged))
        {
            return null;
        }

        IEnumerable<YamlNode> sources = merged is YamlSequenceNode several ? several.Children : [merged];
        return sources.OfType<YamlMappingNode>().Select(source => Find(source, field, searched)).FirstOrDefault(static found => found is not null);
    }

    // A node's own equality and hash code are those of its content, and of all that it contains.
    private readonly record struct ByReference(YamlMappingNode Node)
    {
        public bool Equals(ByReference other) => ReferenceEquals(Node, other.Node);

        public override int GetHashCode() => RuntimeHelpers.GetHashCode(Node);
    }
}
