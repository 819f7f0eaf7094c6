using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LLMBlender.Local.Settings;

/// <summary>
/// Reads the <c>model_list</c> of a LiteLLM configuration as backends: OpenAI-compatible servers and providers, and Ollama.
/// Models of other providers are reported and skipped; other sections of the file are ignored.
/// </summary>
public static class LiteLLMFile
{
    private const string ByVariable = "os.environ/";

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="notes">Receives a message for each model that is skipped.</param>
    /// <exception cref="SettingsException">The file can't be read, or breaks a rule.</exception>
    public static IReadOnlyList<BackendSettings> Read(string file, Action<string> notes)
    {
        try
        {
            using var reader = File.OpenText(file);
            return Read(reader, notes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"LiteLLM is \"{file}\", and must be a file that can be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a file's text.</summary>
    /// <exception cref="SettingsException">The text breaks a rule.</exception>
    public static IReadOnlyList<BackendSettings> Read(TextReader text, Action<string> notes)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(text);
        }
        catch (YamlException e)
        {
            throw new SettingsException($"LiteLLM:{e.Start.Line}: it is not YAML: {e.Message}", e);
        }

        if (yaml.Documents.Count == 0 || yaml.Documents[0].RootNode is not YamlMappingNode root || Find(root, "model_list") is not YamlSequenceNode list)
        {
            throw SettingsException.Of("LiteLLM:model_list", null, "a list of models");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var backends = new List<BackendSettings>();
        for (var i = 0; i < list.Children.Count; i++)
        {
            if (Entry(list.Children[i], $"LiteLLM:model_list:{i}", notes) is { } backend)
            {
                backends.Add(backend with { Name = Unique(backend.Name, names) });
            }
        }

        return backends;
    }

    private static BackendSettings? Entry(YamlNode node, string path, Action<string> notes)
    {
        if (node is not YamlMappingNode entry || Text(entry, "model_name") is not { } name)
        {
            throw SettingsException.Of($"{path}:model_name", null, "a name");
        }

        if (Find(entry, "litellm_params") is not YamlMappingNode parameters || Text(parameters, "model") is not { } model)
        {
            throw SettingsException.Of($"{path}:litellm_params:model", null, "a model");
        }

        var (provider, id) = Split(model, Text(parameters, "custom_llm_provider"));
        if (Providers.Find(provider) is not { } known)
        {
            notes($"{name}: skipped, because provider \"{provider}\" is not supported; OpenAI-compatible servers and Ollama are");
            return null;
        }

        var url = Text(parameters, "api_base") ?? Text(parameters, "base_url");
        if (url?.StartsWith(ByVariable, StringComparison.Ordinal) == true)
        {
            url = Environment.GetEnvironmentVariable(url[ByVariable.Length..]);
        }

        if ((url ?? known.Url) is not { } address)
        {
            throw SettingsException.Of($"{path}:litellm_params:api_base", null, $"the server's address, because \"{provider}\" has no default address");
        }

        return WithKey(
            new BackendSettings
            {
                Name = name,
                Kind = known.Kind,
                Url = address,
                Model = id,
                Temperature = (float?)Number(parameters, "temperature", path),
                MaxTokens = Whole(parameters, "max_tokens", path),
                RequestsPerMinute = Whole(parameters, "rpm", path),
                MaxConcurrency = Whole(parameters, "max_parallel_requests", path) ?? new BackendSettings().MaxConcurrency,
                AttemptTimeout = Number(parameters, "timeout", path) is { } seconds ? TimeSpan.FromSeconds(seconds) : new BackendSettings().AttemptTimeout,
                Attempts = Whole(parameters, "max_retries", path) is { } retries ? Math.Clamp(retries + 1, 1, 10) : new BackendSettings().Attempts,
                PromptPrice = PerMillion(Price(entry, parameters, "input_cost_per_token", path)),
                CompletionPrice = PerMillion(Price(entry, parameters, "output_cost_per_token", path)),
            },
            Text(parameters, "api_key") ?? (known.KeyVariable is { } usual ? ByVariable + usual : null),
            isNamed: Text(parameters, "api_key") is not null);
    }

    private static BackendSettings WithKey(BackendSettings backend, string? key, bool isNamed)
    {
        if (key is null)
        {
            return backend;
        }

        if (!key.StartsWith(ByVariable, StringComparison.Ordinal))
        {
            return backend with { Key = new Secret(key) };
        }

        // A provider's default variable is optional; a variable that the file names must be set.
        var variable = key[ByVariable.Length..];
        return isNamed || Environment.GetEnvironmentVariable(variable) is { Length: > 0 } ? backend with { KeyVariable = variable } : backend;
    }

    // "openai/gpt-4o", or a name without a prefix, which LiteLLM assigns to OpenAI.
    private static (string Provider, string Model) Split(string model, string? provider)
    {
        if (provider is not null)
        {
            return (provider, model.StartsWith(provider + "/", StringComparison.Ordinal) ? model[(provider.Length + 1)..] : model);
        }

        var slash = model.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? ("openai", model) : (model[..slash], model[(slash + 1)..]);
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

    private static double? Price(YamlMappingNode entry, YamlMappingNode parameters, string field, string path) =>
        Number(parameters, field, path) ?? (Find(entry, "model_info") is YamlMappingNode info ? Number(info, field, path) : null);

    private static decimal? PerMillion(double? price) => price is { } known ? (decimal)(known * 1e6) : null;

    private static int? Whole(YamlMappingNode node, string field, string path) => Number(node, field, path) is not { } number ? null
        : number % 1 == 0 && number is >= 0 and <= int.MaxValue ? (int)number
        : throw SettingsException.Of($"{path}:litellm_params:{field}", number, "a whole number");

    private static double? Number(YamlMappingNode node, string field, string path) => Text(node, field) is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : throw SettingsException.Of($"{path}:litellm_params:{field}", text, "a number");

    private static string? Text(YamlMappingNode node, string field) =>
        Find(node, field) is YamlScalarNode { Value: { Length: > 0 } value } scalar && !(scalar.Style is ScalarStyle.Plain && value is "null" or "~") ? value : null;

    private static YamlNode? Find(YamlMappingNode node, string field) => node.Children.TryGetValue(new YamlScalarNode(field), out var value) ? value : null;
}
