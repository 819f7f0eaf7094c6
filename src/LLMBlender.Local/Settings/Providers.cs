namespace LLMBlender.Local.Settings;

/// <summary>Well-known model servers and providers with an OpenAI-compatible API or Ollama's.</summary>
/// <param name="Name">The prefix of model names in LiteLLM and other programs.</param>
/// <param name="Kind">The API, a kind of <see cref="BackendSettings"/>.</param>
/// <param name="Url">The default URL; null if each installation has a different one.</param>
/// <param name="KeyVariable">The environment variable that usually contains the API key; null if none is needed.</param>
/// <param name="Model">The model to use if none is configured; null if there is no default.</param>
public sealed record Providers(string Name, string Kind, string? Url, string? KeyVariable, string? Model = null)
{
    /// <summary>Ollama's default address.</summary>
    public const string OllamaUrl = "http://127.0.0.1:11434";

    private const string OpenAI = BackendSettings.OpenAI;

    /// <summary>All known providers.</summary>
    public static IReadOnlyList<Providers> All { get; } =
    [
        new("openai", OpenAI, "https://api.openai.com/v1", "OPENAI_API_KEY", "gpt-4o-mini"),
        new("anthropic", BackendSettings.Anthropic, "https://api.anthropic.com", "ANTHROPIC_API_KEY", "claude-3-5-haiku-latest"),
        new("azure", BackendSettings.Azure, null, "AZURE_API_KEY"),
        new("gemini", OpenAI, "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY", "gemini-2.0-flash"),
        new("mistral", OpenAI, "https://api.mistral.ai/v1", "MISTRAL_API_KEY", "mistral-small-latest"),
        new("groq", OpenAI, "https://api.groq.com/openai/v1", "GROQ_API_KEY", "llama-3.1-8b-instant"),
        new("deepseek", OpenAI, "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY", "deepseek-chat"),
        new("openrouter", OpenAI, "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
        new("together_ai", OpenAI, "https://api.together.xyz/v1", "TOGETHERAI_API_KEY"),
        new("fireworks_ai", OpenAI, "https://api.fireworks.ai/inference/v1", "FIREWORKS_AI_API_KEY"),
        new("xai", OpenAI, "https://api.x.ai/v1", "XAI_API_KEY"),
        new("perplexity", OpenAI, "https://api.perplexity.ai", "PERPLEXITYAI_API_KEY"),
        new("hosted_vllm", OpenAI, null, null),
        new("lm_studio", OpenAI, "http://127.0.0.1:1234/v1", null),
        new("llamafile", OpenAI, "http://127.0.0.1:8080/v1", null),
        new("custom_openai", OpenAI, null, null),
        new("litellm_proxy", OpenAI, null, null),
        new("ollama", BackendSettings.Ollama, OllamaUrl, null),
        new("ollama_chat", BackendSettings.Ollama, OllamaUrl, null),
    ];

    /// <summary>Returns the provider with a name; null if there is none.</summary>
    public static Providers? Find(string name) => All.FirstOrDefault(provider => provider.Name == name);
}
