namespace LLMBlender.Local.Backends;

/// <summary>A backend in a configuration.</summary>
public sealed record BackendSettings
{
    /// <summary>What panels call it.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it speaks: <c>openai</c> (vLLM, llama.cpp, TGI, LM Studio, most providers) or <c>ollama</c>.</summary>
    public string Kind { get; set; } = OpenAI;

    /// <summary>Where it is; of <c>openai</c> with the path up to <c>/v1</c>.</summary>
    public string? Url { get; set; }

    /// <summary>The model, as the server calls it.</summary>
    public string Model { get; set; } = "";

    /// <summary>The environment variable that holds its key; null for no key.</summary>
    public string? KeyVariable { get; set; }

    /// <summary>The file that holds its key; null for no key. Goes with no <see cref="KeyVariable"/>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>How freely it draws tokens where a request says nothing; null for the server's own.</summary>
    public float? Temperature { get; set; }

    /// <summary>Tokens of an answer at most, whatever a request says; null for the server's own.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>Calls at a time; more wait. From 1.</summary>
    public int MaxConcurrency { get; set; } = 64;

    /// <summary>Calls that wait for a place at most; more are refused at once, as waiting would be in vain. From 0.</summary>
    public int MaxWaiting { get; set; } = 256;

    /// <summary>Calls a minute; more wait. Null for no bound.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>What a million tokens read cost; null where it is unknown.</summary>
    public decimal? PromptPrice { get; set; }

    /// <summary>What a million tokens written cost; null where it is unknown.</summary>
    public decimal? CompletionPrice { get; set; }

    /// <summary>How often it is asked at most, counting the first, while it is unreachable, overloaded or broken. From 1.</summary>
    public int Attempts { get; set; } = 3;

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long connecting may take.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it is left alone after a failed attempt; doubles each time, a server's Retry-After goes before it.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A Retry-After beyond this is not waited for; the member then fails at once.</summary>
    public TimeSpan LongestRetryAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts within half a minute from which on the breaker judges; it trips when four of five failed. From 2.</summary>
    public int BreakerCalls { get; set; } = 8;

    /// <summary>How long the breaker keeps calls away.</summary>
    public TimeSpan BreakTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an answer may be, in bytes.</summary>
    public int MaxAnswerBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>The kind <c>openai</c>.</summary>
    public const string OpenAI = "openai";

    /// <summary>The kind <c>ollama</c>.</summary>
    public const string Ollama = "ollama";

    /// <summary>A key that a file of another program spelt out. Never bound, never shown.</summary>
    internal Secret? Key { get; init; }
}
