namespace LLMBlender.Local.Settings;

/// <summary>
/// A scorer in a configuration: a server with a reranker, classifier or reward model that scores each candidate alone. It ranks by
/// its name, and a pair's logit is <see cref="Scale"/> times the difference of both scores.
/// </summary>
public sealed record ScorerSettings
{
    /// <summary>The name that panels and requests use as a ranker; unique among backends and scorers.</summary>
    public string Name { get; set; } = "";

    /// <summary>
    /// The API: <c>tei-rerank</c> or <c>tei-predict</c> (Text Embeddings Inference), <c>vllm-score</c>, <c>vllm-rerank</c> or
    /// <c>vllm-classify</c> (vLLM), <c>cohere-rerank</c> or <c>jina-rerank</c> (Cohere, Jina, and servers with their API).
    /// </summary>
    public string Kind { get; set; } = "";

    /// <summary>The server's URL. Without a path, the usual path of the API is added, such as <c>/rerank</c>.</summary>
    public string? Url { get; set; }

    /// <summary>The server's name for the model. Required by Cohere and Jina; otherwise optional.</summary>
    public string Model { get; set; } = "";

    /// <summary>The environment variable that contains the API key; null for no key.</summary>
    public string? KeyVariable { get; set; }

    /// <summary>The file that contains the API key; null for no key. Excludes <see cref="KeyVariable"/>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>
    /// What the scores are: <c>logit</c>, used as they are, or <c>probability</c>, from 0 to 1 and converted by log(p / (1 - p)). The
    /// servers of TEI and vLLM are asked for the one or the other. Null for <c>logit</c> with TEI and vLLM and <c>probability</c> with
    /// Cohere and Jina.
    /// </summary>
    public string? Scores { get; set; }

    /// <summary>
    /// The label whose score counts: its name with <c>tei-predict</c>, its index with <c>vllm-classify</c>. Null for the only label, or
    /// the second of two. With several labels, a logit is the label's log odds against the others.
    /// </summary>
    public string? Label { get; set; }

    /// <summary>The logit of a pair whose scores differ by 1. Above 0.</summary>
    public double Scale { get; set; } = 1;

    /// <summary>Maximum number of texts of a call; TEI refuses more than its <c>--max-client-batch-size</c>, by default 32. From 1.</summary>
    public int MaxBatch { get; set; } = 32;

    /// <summary>Maximum number of concurrent calls; further calls wait. From 1.</summary>
    public int MaxConcurrency { get; set; } = 64;

    /// <summary>Maximum number of attempts, including the first, while the server is unreachable, overloaded or faulted. From 1.</summary>
    public int Attempts { get; set; } = 3;

    /// <summary>The time limit of an attempt.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Maximum length of an answer in bytes.</summary>
    public int MaxAnswerBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>The API <c>/rerank</c> of Text Embeddings Inference.</summary>
    public const string TeiRerank = "tei-rerank";

    /// <summary>The API <c>/predict</c> of Text Embeddings Inference, with pairs of source and candidate.</summary>
    public const string TeiPredict = "tei-predict";

    /// <summary>The API <c>/score</c> of vLLM.</summary>
    public const string VllmScore = "vllm-score";

    /// <summary>The API <c>/rerank</c> of vLLM.</summary>
    public const string VllmRerank = "vllm-rerank";

    /// <summary>The API <c>/classify</c> of vLLM, with a conversation of source and candidate for each call.</summary>
    public const string VllmClassify = "vllm-classify";

    /// <summary>The API <c>/v2/rerank</c> of Cohere.</summary>
    public const string CohereRerank = "cohere-rerank";

    /// <summary>The API <c>/v1/rerank</c> of Jina.</summary>
    public const string JinaRerank = "jina-rerank";

    /// <summary>Scores that are used as they are.</summary>
    public const string Logit = "logit";

    /// <summary>Scores from 0 to 1.</summary>
    public const string Probability = "probability";

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [TeiRerank, TeiPredict, VllmScore, VllmRerank, VllmClassify, CohereRerank, JinaRerank];

    /// <summary>Whether the scores are probabilities.</summary>
    public bool ScoresAreProbabilities => (Scores ?? (Kind is CohereRerank or JinaRerank ? Probability : Logit)) == Probability;
}
