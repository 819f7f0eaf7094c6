namespace LLMBlender.Local.Backends;

/// <summary>Where well-known model servers and providers that speak OpenAI's or Ollama's language are.</summary>
/// <param name="Name">As LiteLLM and others prefix models.</param>
/// <param name="Kind">What it speaks.</param>
/// <param name="Url">Its address; null where every installation has its own.</param>
/// <param name="KeyVariable">The environment variable that usually holds its key; null where it wants none.</param>
/// <param name="Model">A model that it has, for those who name none; null where nobody can know.</param>
public sealed record Providers(string Name, string Kind, string? Url, string? KeyVariable, string? Model = null)
{
    /// <summary>Ollama's own address.</summary>
    public const string OllamaUrl = "http://127.0.0.1:11434";

    private const string OpenAI = BackendSettings.OpenAI;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Providers> All { get; } =
    [
        new("openai", OpenAI, "https://api.openai.com/v1", "OPENAI_API_KEY", "gpt-4o-mini"),
        new("anthropic", OpenAI, "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", "claude-3-5-haiku-latest"),
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

    /// <summary>One of them; null where it is none.</summary>
    public static Providers? Find(string name) => All.FirstOrDefault(provider => provider.Name == name);
}
