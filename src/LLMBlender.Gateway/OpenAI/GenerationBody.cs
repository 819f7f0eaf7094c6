using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>The fields that the bodies of <c>/v1/chat/completions</c> and <c>/v1/responses</c> share.</summary>
internal abstract record GenerationBody : IRawBody
{
    /// <inheritdoc/>
    [JsonIgnore]
    public JsonElement Source { get; set; }

    /// <summary>A panel's name.</summary>
    public required string Model { get; init; }

    /// <summary>Whether the answer is sent as server-sent events.</summary>
    public bool? Stream { get; init; }

    /// <summary>The sampling temperature; by default each backend's.</summary>
    [Range(0, 2.0)]
    public float? Temperature { get; init; }

    /// <summary>The nucleus sampling probability (top-p).</summary>
    [Range(0, 1.0)]
    public float? TopP { get; init; }

    /// <summary>LLMBlender's extensions.</summary>
    [JsonPropertyName("llmblender")]
    public OwnOptions? Own { get; init; }

    /// <summary>All other fields, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

/// <summary>LLMBlender's extensions.</summary>
internal sealed record OwnOptions
{
    /// <summary>Whether the response contains the blend's details.</summary>
    public bool? Trace { get; init; }

    /// <summary>Whether a stream contains the blend's steps, in chunks without choices.</summary>
    public bool? Progress { get; init; }

    /// <summary>The request's timeout in seconds; by default the panel's deadline; at most 86400, a day.</summary>
    [Range(0, 86_400.0, MinimumIsExclusive = true, ErrorMessage = "a number of seconds above 0 and at most 86400")]
    public double? Timeout { get; init; }

    /// <summary>The members to ask, of the panel's own and of those that it offers. Requires a panel whose Overrides have members.</summary>
    public string[]? Members { get; init; }

    /// <summary>The members by stage, each as often as it is listed. Requires a panel whose Overrides have stages. Excludes members.</summary>
    public string[][]? Stages { get; init; }

    /// <summary>The confidence from which the best answer so far is accepted, from 0 to 1. Requires a panel whose Overrides have confidence.</summary>
    public double? Confidence { get; init; }

    /// <summary>The cost that the members' answers are not to exceed, above 0. Requires a panel whose Overrides have max_cost.</summary>
    public decimal? MaxCost { get; init; }

    /// <summary>The maximum number of answers that are asked from members, at least 1. Requires a panel whose Overrides have max_calls.</summary>
    public int? MaxCalls { get; init; }

    /// <summary>How much members reason, by name, or * for every one. Requires a panel whose Overrides have effort.</summary>
    public Dictionary<string, string>? Effort { get; init; }

    /// <summary>The ranker's name; by default the panel's.</summary>
    public string? Ranker { get; init; }

    /// <summary>How comparisons are aggregated; by default the panel's way.</summary>
    public string? Aggregate { get; init; }

    /// <summary>The fuser's name; by default the panel's.</summary>
    public string? Fuser { get; init; }

    /// <summary>How many of the best candidates are fused, at least 1; by default the panel's number.</summary>
    public int? TopK { get; init; }

    /// <summary>
    /// Whether the panel's answer cache is used: true for a panel that keeps only answers of requests that ask for it, false to neither get nor keep a kept
    /// answer.
    /// </summary>
    public bool? Cache { get; init; }

    /// <summary>The request's timeout.</summary>
    [JsonIgnore]
    public TimeSpan Time => Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : RequestTime.Longest;

    /// <summary>Returns a blend's request with what these options change of its panel.</summary>
    public BlendRequest Compose(BlendRequest request) => request with
    {
        Ranker = Ranker,
        Aggregation = Aggregate,
        Fuser = Fuser,
        TopK = TopK,
        Composition = Composition.Of(Members, Stages, Confidence, MaxCost, MaxCalls, Effort),
    };
}
