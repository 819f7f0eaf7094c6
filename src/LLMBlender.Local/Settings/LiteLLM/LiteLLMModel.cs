using System.Globalization;
using LLMBlender.Abstractions;
using YamlDotNet.RepresentationModel;

namespace LLMBlender.Local.Settings.LiteLLM;

/// <summary>An entry of a LiteLLM file's <c>model_list</c>.</summary>
/// <param name="node">The entry.</param>
/// <param name="path">Its path, for errors.</param>
/// <param name="references">What its values refer to.</param>
/// <param name="notes">Receives messages for the operator.</param>
internal sealed class LiteLLMModel(YamlNode node, string path, LiteLLMReferences references, Action<string> notes)
{
    private const int MaxNameLength = 128;

    private static readonly string[] ChatModes = ["chat", "completion", "responses"];

    // Models without a mode that do not chat, by the names that providers give them.
    private static readonly string[] OtherModels = ["embedding", "embed-", "-embed", "dall-e", "gpt-image", "whisper", "tts-", "-tts", "rerank", "moderation", "transcribe"];

    // The providers of model names without a prefix and an address. Any other such name is skipped, because its prompts must not reach a provider that
    // the file does not name.
    private static readonly (string Prefix, string Provider)[] Families =
    [
        ("gpt-", "openai"), ("chatgpt", "openai"), ("o1", "openai"), ("o3", "openai"), ("o4", "openai"), ("ft:", "openai"), ("codex", "openai"), ("claude", "anthropic"),
        ("gemini", "gemini"), ("deepseek-", "deepseek"), ("mistral-", "mistral"), ("codestral", "mistral"), ("ministral", "mistral"), ("grok-", "xai"),
        ("sonar", "perplexity"),
    ];

    private readonly YamlMappingNode entry = node as YamlMappingNode ?? [];
    private readonly YamlMappingNode parameters = (node as YamlMappingNode) is { } fields && LiteLLMNode.Find(fields, "litellm_params") is YamlMappingNode own ? own : [];
    private YamlMappingNode? credential;

    /// <summary>Returns the backend; null if the model can't be asked to chat.</summary>
    /// <exception cref="SettingsException">The entry breaks a rule.</exception>
    public BackendSettings? ToBackend()
    {
        if (LiteLLMNode.Text(entry, "model_name") is not { } name)
        {
            notes($"{path}: skipped, because it has no model_name");
            return null;
        }

        if (LiteLLMNode.Text(parameters, "litellm_credential_name") is { } credentialName)
        {
            credential = references.FindCredential(credentialName)
                ?? throw SettingsException.Of($"{path}:litellm_params:litellm_credential_name", credentialName, "the name of a credential in credential_list");
        }

        var model = Text("model") ?? throw SettingsException.Of($"{path}:litellm_params:model", null, "a model");
        var (provider, id) = Split(model, Text("custom_llm_provider"));
        if (WhySkipped(name, model, provider) is { } why)
        {
            notes($"{name}: skipped, because {why}");
            return null;
        }

        var known = Providers.Find(provider)!;
        var address = Address(known);
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            notes($"{name}: skipped, because its address is not an absolute http or https URL without a user");
            return null;
        }

        return WithKey(
            new BackendSettings
            {
                Name = Named(name),
                Kind = known.Kind,
                Url = address,
                Model = id,
                Temperature = (float?)Number("temperature"),
                MaxTokens = Whole("max_tokens"),
                RequestsPerMinute = Whole("rpm"),
                MaxConcurrency = Whole("max_parallel_requests") ?? new BackendSettings().MaxConcurrency,
                AttemptTimeout = Timeout(name),
                Attempts = Number("max_retries") is { } retries ? (int)Math.Clamp(retries + 1, 1, 10) : new BackendSettings().Attempts,
                PromptPrice = PerMillion(Price("input_cost_per_token")),
                CompletionPrice = PerMillion(Price("output_cost_per_token")),
                ApiVersion = Text("api_version"),
                DroppedFields = [.. LiteLLMNode.List(parameters, "additional_drop_params").Select(LiteLLMNode.Text).OfType<string>()],
                Sees = Info("supports_vision") is "true" or "True",
            },
            known);
    }

    private string? WhySkipped(string name, string model, string provider)
    {
        if (name.Contains('*', StringComparison.Ordinal) || model.Contains('*', StringComparison.Ordinal))
        {
            return "it is a wildcard, and a backend has one model";
        }

        if (Info("mode") is { } mode && !ChatModes.Contains(mode))
        {
            return $"its mode is \"{mode}\", and only models that chat are asked";
        }

        if (Info("mode") is null && Array.Exists(OtherModels, part => model.Contains(part, StringComparison.OrdinalIgnoreCase)))
        {
            return $"\"{model}\" does not chat; if it does, set model_info: {{mode: chat}}";
        }

        return provider == "unknown" ? $"the provider of \"{model}\" is not known: give it a prefix such as openai/, or an api_base"
            : Providers.Find(provider) is null ? $"provider \"{provider}\" is not supported; OpenAI-compatible servers, Azure OpenAI, Anthropic and Ollama are" : null;
    }

    // The provider's address counts only if the entry gives none: a prompt for a private server must not reach it.
    private string Address(Providers known)
    {
        foreach (var field in (ReadOnlySpan<string>)["api_base", "base_url"])
        {
            if (Find(field) is not null)
            {
                return Text(field) ?? throw SettingsException.Of($"{path}:litellm_params:{field}", null, "the server's address");
            }
        }

        var usual = known.Name == "openai" ? references.FindVariable("OPENAI_BASE_URL") ?? references.FindVariable("OPENAI_API_BASE")
            : known.Kind == BackendSettings.Azure ? references.FindVariable("AZURE_API_BASE")
            : null;
        return usual ?? known.Url
            ?? throw SettingsException.Of($"{path}:litellm_params:api_base", null, $"the server's address, because \"{known.Name}\" has no default address");
    }

    private BackendSettings WithKey(BackendSettings backend, Providers known)
    {
        var written = LiteLLMNode.Text(Find("api_key"));
        if (written is not null && !written.StartsWith(LiteLLMReferences.ByVariable, StringComparison.Ordinal))
        {
            return backend with { Key = new Secret(written) };
        }

        if ((written?[LiteLLMReferences.ByVariable.Length..] ?? known.KeyVariable) is not { } variable)
        {
            return backend;
        }

        if (references.FindOwnVariable(variable) is { } own)
        {
            return backend with { Key = new Secret(own) };
        }

        // A provider's default variable is optional; a variable that the file names must be set.
        return written is not null || references.FindVariable(variable) is not null ? backend with { KeyVariable = variable } : backend;
    }

    private TimeSpan? Timeout(string name)
    {
        if (Number("timeout") is not { } seconds || seconds <= 0)
        {
            return null;
        }

        if (seconds > RequestTime.Longest.TotalSeconds)
        {
            notes($"{name}: its timeout of {seconds} s is shortened to {RequestTime.Longest.TotalSeconds} s, the longest time of a request");
            return RequestTime.Longest;
        }

        return TimeSpan.FromSeconds(Math.Max(seconds, 0.01));
    }

    private string Named(string name)
    {
        var fit = string.Join('-', new string([.. name.Select(static c => SettingsRules.IsOfName(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        fit = fit.Length == 0 ? "model" : fit[..Math.Min(fit.Length, MaxNameLength)];
        if (fit != name)
        {
            notes($"{name}: named {fit}, because a name has letters, digits and - _ . : / @ only");
        }

        return fit;
    }

    // "openai/gpt-4o", or a name without a prefix, whose provider LiteLLM knows by the name.
    private (string Provider, string Model) Split(string model, string? provider)
    {
        if (provider is not null)
        {
            return (provider, model.StartsWith(provider + "/", StringComparison.Ordinal) ? model[(provider.Length + 1)..] : model);
        }

        var slash = model.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0 ? (model[..slash], model[(slash + 1)..])
            : Find("api_base") is not null || Find("base_url") is not null ? ("openai", model)
            : (Array.Find(Families, family => model.StartsWith(family.Prefix, StringComparison.OrdinalIgnoreCase)).Provider ?? "unknown", model);
    }

    private double? Price(string field) => Number(field) ?? Number(field, Info(field));

    private string? Info(string field) => LiteLLMNode.Find(entry, "model_info") is YamlMappingNode info ? LiteLLMNode.Text(info, field) : null;

    private static decimal? PerMillion(double? price) => price is { } known ? (decimal)(known * 1e6) : null;

    // 0 is no limit.
    private int? Whole(string field) => Number(field) is not { } number || number == 0 ? null
        : number % 1 == 0 && number is > 0 and <= int.MaxValue ? (int)number
        : throw SettingsException.Of($"{path}:litellm_params:{field}", number, "a whole number");

    private double? Number(string field) => Number(field, Text(field));

    private double? Number(string field, string? text) => text is null ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : throw SettingsException.Of($"{path}:litellm_params:{field}", text, "a number");

    private YamlNode? Find(string field) => LiteLLMNode.Find(parameters, field) ?? (credential is null ? null : LiteLLMNode.Find(credential, field));

    private string? Text(string field)
    {
        var text = LiteLLMNode.Text(Find(field));
        if (text?.StartsWith(LiteLLMReferences.ByVariable, StringComparison.Ordinal) != true)
        {
            return text;
        }

        var variable = text[LiteLLMReferences.ByVariable.Length..];
        return references.FindVariable(variable)
            ?? throw SettingsException.Of($"{path}:litellm_params:{field}", text, $"a variable that is set: {variable} is not, in the environment and in environment_variables");
    }
}
