namespace LLMBlender.Local.Settings;

/// <summary>A backend in a configuration.</summary>
public sealed record BackendSettings
{
    /// <summary>The name that panels use.</summary>
    public string Name { get; set; } = "";

    /// <summary>The API: <c>openai</c> (vLLM, llama.cpp, TGI, LM Studio, most providers), <c>azure</c>, <c>anthropic</c> or <c>ollama</c>.</summary>
    public string Kind { get; set; } = OpenAI;

    /// <summary>The server's URL; for <c>openai</c> including the path up to <c>/v1</c>; for <c>azure</c> the resource's.</summary>
    public string? Url { get; set; }

    /// <summary>The server's name for the model.</summary>
    public string Model { get; set; } = "";

    /// <summary>The environment variable that contains the API key; null for no key.</summary>
    public string? KeyVariable { get; set; }

    /// <summary>The file that contains the API key; null for no key. Excludes <see cref="KeyVariable"/>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The sampling temperature of requests that set none; null for the server's default.</summary>
    public float? Temperature { get; set; }

    /// <summary>Maximum number of tokens of an answer, also for requests that allow more; null for the server's limit.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>Maximum number of concurrent calls; further calls wait. From 1.</summary>
    public int MaxConcurrency { get; set; } = 64;

    /// <summary>Maximum number of waiting calls; further calls fail immediately. From 0.</summary>
    public int MaxWaiting { get; set; } = 256;

    /// <summary>Maximum number of calls per minute; further calls wait. Null for no limit.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>The price of a million prompt tokens; null if unknown.</summary>
    public decimal? PromptPrice { get; set; }

    /// <summary>The price of a million completion tokens; null if unknown.</summary>
    public decimal? CompletionPrice { get; set; }

    /// <summary>Maximum number of attempts, including the first, while the server is unreachable, overloaded or faulted. From 1.</summary>
    public int Attempts { get; set; } = 3;

    /// <summary>The time limit of the first byte of an attempt's answer; null for <see cref="IdleTimeout"/>.</summary>
    public TimeSpan? AttemptTimeout { get; set; }

    /// <summary>The longest time without a byte of an answer. An answer that keeps coming has only the panel's and the request's time limits.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The time limit of connecting.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The delay after a failed attempt; doubles with each attempt. A server's Retry-After has precedence.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest Retry-After that is waited for; with a longer one, the call fails immediately.</summary>
    public TimeSpan LongestRetryAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts within 30 seconds that the circuit breaker needs before it can open; it opens when 80% of them failed. From 2.</summary>
    public int BreakerCalls { get; set; } = 8;

    /// <summary>How long the circuit breaker stays open.</summary>
    public TimeSpan BreakTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Maximum length of an answer's text, reasoning and tool arguments; an event or body may have four times as many bytes.</summary>
    public int MaxAnswerBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Whether the model reads images and files. Requests that contain them are only sent to such backends.</summary>
    public bool Sees { get; set; }

    /// <summary>
    /// Fields of requests that the server does not take; they are left out with a warning. A field that the server's errors name as unknown is
    /// added while the process runs.
    /// </summary>
    public string[] DroppedFields { get; set; } = [];

    /// <summary>
    /// The field that limits an answer's tokens: <c>max_tokens</c> or <c>max_completion_tokens</c>; null for the latter with OpenAI and Azure, the
    /// former with others, and the other one if the server asks for it.
    /// </summary>
    public string? TokenLimitField { get; set; }

    /// <summary>The version of the API of <c>azure</c> and <c>anthropic</c>; null for the default.</summary>
    public string? ApiVersion { get; set; }

    /// <summary>The kind <c>azure</c>: Azure OpenAI.</summary>
    public const string Azure = "azure";

    /// <summary>The kind <c>anthropic</c>: Anthropic's messages API.</summary>
    public const string Anthropic = "anthropic";

    /// <summary>The kind <c>openai</c>.</summary>
    public const string OpenAI = "openai";

    /// <summary>The kind <c>ollama</c>.</summary>
    public const string Ollama = "ollama";

    /// <summary>A key that a LiteLLM file contains. Never bound from configuration, never shown.</summary>
    internal Secret? Key { get; init; }
}
