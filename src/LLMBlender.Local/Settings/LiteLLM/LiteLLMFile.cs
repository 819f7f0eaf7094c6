using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LLMBlender.Local.Settings.LiteLLM;

/// <summary>
/// Reads the models of a LiteLLM configuration as backends: its <c>model_list</c>, with <c>include</c>, <c>credential_list</c>,
/// <c>environment_variables</c> and YAML's merge keys. What can't be asked to chat is reported and skipped; other sections are ignored.
/// </summary>
public static class LiteLLMFile
{
    private const int MaxFiles = 100;
    private const int MaxDepth = 64;

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="variable">Reads an environment variable; null if it is not set.</param>
    /// <param name="notes">Receives a message for each model that is skipped, and each value that is changed.</param>
    /// <exception cref="SettingsException">The file can't be read, or breaks a rule.</exception>
    public static IReadOnlyList<BackendSettings> Read(string file, Func<string, string?> variable, Action<string> notes)
    {
        var files = new List<YamlMappingNode>();
        Load(file, files, []);
        var references = LiteLLMReferences.Create(files, variable);
        var models = files.SelectMany(static root => LiteLLMNode.List(root, "model_list")).ToArray();
        if (models.Length == 0)
        {
            throw SettingsException.Of("LiteLLM:model_list", null, "a list of models");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var backends = new List<BackendSettings>();
        for (var i = 0; i < models.Length; i++)
        {
            if (new LiteLLMModel(models[i], $"LiteLLM:model_list:{i}", references, notes).ToBackend() is { } backend)
            {
                backends.Add(backend with { Name = Unique(backend.Name, names) });
            }
        }

        return backends.Count > 0 ? backends
            : throw new SettingsException($"LiteLLM:model_list has {models.Length} models, and none of them can be asked to chat");
    }

    // Included files come before the file that includes them.
    private static void Load(string file, List<YamlMappingNode> files, HashSet<string> seen)
    {
        if (!seen.Add(Path.GetFullPath(file)) || seen.Count > MaxFiles)
        {
            return;
        }

        var root = Parse(file);
        foreach (var include in LiteLLMNode.List(root, "include").OfType<YamlScalarNode>())
        {
            Load(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, include.Value ?? ""), files, seen);
        }

        files.Add(root);
    }

    private static YamlMappingNode Parse(string file)
    {
        var yaml = new YamlStream();
        try
        {
            var text = File.ReadAllText(file);
            CheckDepth(text);
            using var reader = new StringReader(text);
            yaml.Load(reader);
        }
        catch (YamlException e)
        {
            throw new SettingsException($"LiteLLM:{e.Start.Line}: it is not YAML: {e.Message}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // What the library throws for a control character in a plain text, among others.
            throw new SettingsException($"LiteLLM is \"{file}\", and is not YAML: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"LiteLLM is \"{file}\", and must be a file that can be read: {e.Message}", e);
        }

        return yaml.Documents.Count > 0 && yaml.Documents[0].RootNode is YamlMappingNode root ? root
            : throw SettingsException.Of("LiteLLM:model_list", null, "a list of models");
    }

    // Nodes are read by recursion, and a stack that overflows ends the process.
    private static void CheckDepth(string text)
    {
        using var reader = new StringReader(text);
        var (parser, depth) = (new Parser(reader), 0);
        while (parser.MoveNext())
        {
            depth += parser.Current?.NestingIncrease ?? 0;
            if (depth > MaxDepth)
            {
                throw new SettingsException($"LiteLLM:{parser.Current!.Start.Line}: it is nested more than {MaxDepth} levels deep, and must not be");
            }
        }
    }

    private static string Unique(string name, HashSet<string> names)
    {
        var unique = name;
        for (var i = 2; !names.Add(unique); i++)
        {
            unique = $"{name}-{i.ToString(CultureInfo.InvariantCulture)}";
        }

        return unique;
    }
}
