namespace LLMBlender.Local.Settings;

/// <summary>Well-known model servers and providers with an OpenAI-compatible API or Ollama's.</summary>
/// <param name="Name">The prefix of model names in LiteLLM and other programs.</param>
/// <param name="Kind">The API, a kind of <see cref="BackendSettings"/>.</param>
/// <param name="Url">The default URL; null if each installation has a different one.</param>
/// <param name="KeyVariable">The environment variable that usually contains the API key; null if none is needed.</param>
public sealed record Providers(string Name, string Kind, string? Url, string? KeyVariable)
{
    /// <summary>Small chat models to use if none is configured, the preferred one first; empty if the provider has no usual ones.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Ollama's default address.</summary>
    public const string OllamaUrl = "http://127.0.0.1:11434";

    private const string OpenAI = BackendSettings.OpenAI;

    /// <summary>All known providers.</summary>
    public static IReadOnlyList<Providers> All { get; } =
    [
        new("openai", OpenAI, "https://api.openai.com/v1", "OPENAI_API_KEY") { Models = ["gpt-5-mini", "gpt-4.1-mini", "gpt-4o-mini"] },
        new("anthropic", BackendSettings.Anthropic, "https://api.anthropic.com", "ANTHROPIC_API_KEY") { Models = ["claude-haiku-4-5", "claude-sonnet-4-5"] },
        new("azure", BackendSettings.Azure, null, "AZURE_API_KEY"),
        new("gemini", OpenAI, "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY") { Models = ["gemini-2.5-flash", "gemini-2.5-flash-lite"] },
        new("mistral", OpenAI, "https://api.mistral.ai/v1", "MISTRAL_API_KEY") { Models = ["mistral-small-latest", "mistral-medium-latest"] },
        new("groq", OpenAI, "https://api.groq.com/openai/v1", "GROQ_API_KEY") { Models = ["llama-3.3-70b-versatile", "openai/gpt-oss-20b", "llama-3.1-8b-instant"] },
        new("deepseek", OpenAI, "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY") { Models = ["deepseek-chat"] },
        new("openrouter", OpenAI, "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY") { Models = ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash", "mistralai/mistral-small-3.2-24b-instruct"] },
        new("together_ai", OpenAI, "https://api.together.xyz/v1", "TOGETHERAI_API_KEY") { Models = ["meta-llama/Llama-3.3-70B-Instruct-Turbo", "openai/gpt-oss-20b"] },
        new("fireworks_ai", OpenAI, "https://api.fireworks.ai/inference/v1", "FIREWORKS_AI_API_KEY") { Models = ["accounts/fireworks/models/llama-v3p3-70b-instruct"] },
        new("xai", OpenAI, "https://api.x.ai/v1", "XAI_API_KEY") { Models = ["grok-4-fast", "grok-3-mini"] },
        new("perplexity", OpenAI, "https://api.perplexity.ai", "PERPLEXITYAI_API_KEY") { Models = ["sonar"] },
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
