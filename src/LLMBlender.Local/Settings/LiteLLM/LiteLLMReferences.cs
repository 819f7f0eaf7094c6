using YamlDotNet.RepresentationModel;

namespace LLMBlender.Local.Settings.LiteLLM;

/// <summary>What values of a LiteLLM file refer to: credentials, and variables of the file and of the environment.</summary>
internal sealed class LiteLLMReferences
{
    /// <summary>The prefix of a value that names a variable.</summary>
    public const string ByVariable = "os.environ/";

    private readonly Dictionary<string, string> variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, YamlMappingNode> credentials = new(StringComparer.Ordinal);
    private readonly Func<string, string?> environment;

    private LiteLLMReferences(Func<string, string?> environment) => this.environment = environment;

    /// <summary>Reads the references of files.</summary>
    public static LiteLLMReferences Create(IEnumerable<YamlMappingNode> files, Func<string, string?> environment)
    {
        var references = new LiteLLMReferences(environment);
        foreach (var root in files)
        {
            foreach (var (name, value) in (LiteLLMNode.Find(root, "environment_variables") as YamlMappingNode ?? []).Children)
            {
                if (LiteLLMNode.Text(name) is { } known && LiteLLMNode.Text(value) is { } text)
                {
                    references.variables[known] = text;
                }
            }

            foreach (var entry in LiteLLMNode.List(root, "credential_list").OfType<YamlMappingNode>())
            {
                if (LiteLLMNode.Text(entry, "credential_name") is { } name && LiteLLMNode.Find(entry, "credential_values") is YamlMappingNode values)
                {
                    references.credentials[name] = values;
                }
            }
        }

        return references;
    }

    /// <summary>Returns a credential's values; null if there is none with the name.</summary>
    public YamlMappingNode? FindCredential(string name) => credentials.GetValueOrDefault(name);

    /// <summary>Returns a variable that the file sets; null if it sets none with the name.</summary>
    public string? FindOwnVariable(string name) =>
        variables.GetValueOrDefault(name) is not { } value ? null
        : value.StartsWith(ByVariable, StringComparison.Ordinal) ? FindVariable(value[ByVariable.Length..], name)
        : value;

    /// <summary>Returns a variable of the file or the environment; null if it is not set or empty.</summary>
    public string? FindVariable(string name) => FindOwnVariable(name) ?? FindVariable(name, null);

    private string? FindVariable(string name, string? except) => name != except && FindInFile(name) is { } own ? own : environment(name) is { Length: > 0 } value ? value : null;

    private string? FindInFile(string name) =>
        variables.GetValueOrDefault(name) is { } value && !value.StartsWith(ByVariable, StringComparison.Ordinal) ? value : null;
}
