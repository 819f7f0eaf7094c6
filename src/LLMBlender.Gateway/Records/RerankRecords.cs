using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.Records;

/// <summary>Texts to rerank, in the format of Cohere and Jina (<c>documents</c>) or of Text Embeddings Inference (<c>texts</c>).</summary>
internal sealed record RerankRequest
{
    private const string TextsRule = "a list of texts, or of objects with a \"text\"";

    /// <summary>The query.</summary>
    public required string Query { get; init; }

    /// <summary>The ranker's name; by default the first configured one.</summary>
    public string? Model { get; init; }

    /// <summary>The documents: strings, or objects with a text.</summary>
    [JsonUnion(TextsRule, typeof(string[]), typeof(RerankText[]))]
    public JsonElement? Documents { get; init; }

    /// <summary>The texts, instead of documents; the response is then a list.</summary>
    [JsonUnion(TextsRule, typeof(string[]), typeof(RerankText[]))]
    public JsonElement? Texts { get; init; }

    /// <summary>The maximum number of results, best first; all by default.</summary>
    [Range(1, int.MaxValue)]
    public int? TopN { get; init; }

    /// <summary>Another name of top_n.</summary>
    [Range(1, int.MaxValue)]
    public int? TopK { get; init; }

    /// <summary>Whether the response contains the documents.</summary>
    public bool? ReturnDocuments { get; init; }

    /// <summary>Whether the response contains the texts.</summary>
    public bool? ReturnText { get; init; }

    /// <summary>Whether scores are the ranking's raw scores instead of values between 0 and 1.</summary>
    public bool? RawScores { get; init; }

    /// <summary>The request's timeout in seconds; 60 by default, at most 86400.</summary>
    [Range(0, 86_400.0, MinimumIsExclusive = true, ErrorMessage = "a number of seconds above 0 and at most 86400")]
    public double? Timeout { get; init; }

    /// <summary>The name of the field with the texts.</summary>
    [JsonIgnore]
    public string Field => Texts is null ? "documents" : "texts";

    /// <summary>Converts the request: the query is the instruction, the texts are the candidates.</summary>
    public RankingRequest ToRequest(string[] texts) => new()
    {
        Instruction = Query,
        Candidates = Array.ConvertAll(texts, static text => new Candidate(null, text)),
        Ranker = Model,
        Timeout = Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : RequestTime.Default,
    };

    /// <summary>Reads strings, or objects with a text.</summary>
    /// <exception cref="JsonFieldException">An element is neither.</exception>
    public string[] ReadTexts() => (Texts ?? Documents) switch
    {
        { ValueKind: JsonValueKind.Array } list =>
        [
            .. list.EnumerateArray().Select((entry, i) => entry.ValueKind is JsonValueKind.String
                ? entry.GetString()!
                : JsonRecord.Read(entry, GatewayJsonContext.Default.RerankText, $"{Field}[{i}]").Text),
        ],
        { } other => throw JsonFault.Refused(Field, other, TextsRule),
        null => throw JsonFault.Missing(Field, TextsRule),
    };
}

/// <summary>A text.</summary>
internal sealed record RerankText
{
    /// <summary>The text.</summary>
    public required string Text { get; init; }
}

/// <summary>Documents by relevance.</summary>
internal sealed record RerankResponse
{
    /// <summary>The response's id.</summary>
    public required string Id { get; init; }

    /// <summary>The ranker.</summary>
    public required string Model { get; init; }

    /// <summary>The documents, the most relevant first.</summary>
    public required RerankedDocument[] Results { get; init; }
}

/// <summary>A ranked document.</summary>
internal sealed record RerankedDocument
{
    /// <summary>Its index in the request.</summary>
    public required int Index { get; init; }

    /// <summary>Its relevance, from 0 to 1.</summary>
    public required double RelevanceScore { get; init; }

    /// <summary>The document, if requested.</summary>
    public RerankText? Document { get; init; }
}

/// <summary>A ranked text.</summary>
internal sealed record RerankedText
{
    /// <summary>Its index in the request.</summary>
    public required int Index { get; init; }

    /// <summary>Its relevance, from 0 to 1; or its raw score.</summary>
    public required double Score { get; init; }

    /// <summary>The text, if requested.</summary>
    public string? Text { get; init; }
}
