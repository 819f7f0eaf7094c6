using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.Records;

/// <summary>Texts to be reranked.</summary>
internal abstract record RerankBody
{
    /// <summary>What must be known of each text, for errors.</summary>
    protected const string TextsRule = "a list of texts, or of objects with a \"text\"";

    /// <summary>The query.</summary>
    public required string Query { get; init; }

    /// <summary>The ranker's name; by default the first one configured.</summary>
    public string? Model { get; init; }

    /// <summary>Seconds that the request may take; 60 by default.</summary>
    [Range(0, 600.0, MinimumIsExclusive = true, ErrorMessage = "a number of seconds above 0 and at most 600")]
    public double? Timeout { get; init; }

    /// <summary>The message form: the query is the instruction, the texts are the candidates.</summary>
    public RankingRequest ToRequest(string[] texts) => new()
    {
        Instruction = Query,
        Candidates = Array.ConvertAll(texts, static text => new Candidate(null, text)),
        Ranker = Model,
        Timeout = Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : RequestTime.Default,
    };

    /// <summary>Reads strings, or objects with a text.</summary>
    /// <exception cref="JsonFieldException">One is neither.</exception>
    protected static string[] Read(string field, JsonElement list) => list.ValueKind is JsonValueKind.Array
        ?
        [
            .. list.EnumerateArray().Select((entry, i) => entry.ValueKind is JsonValueKind.String
                ? entry.GetString()!
                : JsonRecord.Read(entry, GatewayJsonContext.Default.RerankText, $"{field}[{i}]").Text),
        ]
        : throw JsonFault.Refused(field, list, TextsRule);
}

/// <summary>Documents to be reranked, as clients of Cohere and Jina send them.</summary>
internal sealed record RerankRequest : RerankBody
{
    /// <summary>The documents: strings, or objects with a text.</summary>
    [JsonUnion(TextsRule, typeof(string[]), typeof(RerankText[]))]
    public required JsonElement Documents { get; init; }

    /// <summary>How many of the best the answer lists; all by default.</summary>
    [Range(1, int.MaxValue)]
    public int? TopN { get; init; }

    /// <summary>Whether the answer shows the documents.</summary>
    public bool? ReturnDocuments { get; init; }

    /// <summary>The documents' texts.</summary>
    public string[] ReadTexts() => Read("documents", Documents);
}

/// <summary>Texts to be reranked, as clients of Text Embeddings Inference send them.</summary>
internal sealed record TextsRerankRequest : RerankBody
{
    /// <summary>The texts: strings, or objects with a text.</summary>
    [JsonUnion(TextsRule, typeof(string[]), typeof(RerankText[]))]
    public required JsonElement Texts { get; init; }

    /// <summary>Whether the answer shows the texts.</summary>
    public bool? ReturnText { get; init; }

    /// <summary>Whether scores are the ranking's own, instead of between 0 and 1.</summary>
    public bool? RawScores { get; init; }

    /// <summary>The texts.</summary>
    public string[] ReadTexts() => Read("texts", Texts);
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

/// <summary>A document's place.</summary>
internal sealed record RerankedDocument
{
    /// <summary>Its index in the request.</summary>
    public required int Index { get; init; }

    /// <summary>Its relevance, from 0 to 1.</summary>
    public required double RelevanceScore { get; init; }

    /// <summary>The document, where the request asked for it.</summary>
    public RerankText? Document { get; init; }
}

/// <summary>A text's place.</summary>
internal sealed record RerankedText
{
    /// <summary>Its index in the request.</summary>
    public required int Index { get; init; }

    /// <summary>Its relevance, from 0 to 1; or its raw score.</summary>
    public required double Score { get; init; }

    /// <summary>The text, where the request asked for it.</summary>
    public string? Text { get; init; }
}
