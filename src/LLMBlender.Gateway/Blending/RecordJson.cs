using System.Text.Json;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.Blending;

/// <summary>Responses as the command line's records.</summary>
internal static class RecordJson
{
    /// <summary>Reads <c>both</c>, <c>ab</c> or <c>ba</c>.</summary>
    /// <exception cref="RequestException">It is none of them.</exception>
    public static PairOrder Order(string? order) => order switch
    {
        null or "both" => PairOrder.Both,
        "ab" => PairOrder.Ab,
        "ba" => PairOrder.Ba,
        _ => throw new RequestException(ApiError.Invalid("order", $"\"order\" is \"{order}\", and must be one of both, ab, ba")),
    };

    /// <summary>Writes <c>id?, ranks, scores, comparisons, matrix?</c>.</summary>
    public static void Write(Utf8JsonWriter json, JsonElement? id, RankingResponse response)
    {
        WriteId(json, id);
        WriteList(json, "ranks", response.Ranks, json.WriteNumberValue);
        WriteList(json, "scores", response.Scores, json.WriteNumberValue);
        json.WriteNumber("comparisons", response.Comparisons);
        WriteMatrix(json, response);
    }

    /// <summary>Writes <c>top</c>, the best candidates, best first.</summary>
    public static void WriteTop(Utf8JsonWriter json, Candidate[] candidates, RankingResponse response, int count) =>
        WriteList(json, "top", response.Top(count), i => Write(
            json, new RankedCandidate(candidates[i].Model, candidates[i].Text, response.Ranks[i], response.Scores[i])));

    /// <summary>Writes <c>matrix?</c>.</summary>
    public static void WriteMatrix(Utf8JsonWriter json, RankingResponse response)
    {
        if (response.Matrix is not { } matrix)
        {
            return;
        }

        json.WriteStartArray("matrix");
        foreach (var row in matrix.Chunk((int)Math.Sqrt(matrix.Length)))
        {
            WriteRow(json, row);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes <c>id?, logit, better</c>.</summary>
    public static void Write(Utf8JsonWriter json, JsonElement? id, CompareResponse response)
    {
        WriteId(json, id);
        json.WriteNumber("logit", response.Logit);
        json.WriteString("better", response.Better switch { > 0 => "a", < 0 => "b", _ => "tie" });
    }

    /// <summary>Writes <c>id?, answer, made_from, usage</c>.</summary>
    public static void Write(Utf8JsonWriter json, JsonElement? id, FuseResponse response)
    {
        WriteId(json, id);
        json.WriteString("answer", response.Answer);
        WriteList(json, "made_from", response.MadeFrom, json.WriteNumberValue);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", response.PromptTokens);
        json.WriteNumber("completion_tokens", response.CompletionTokens);
        json.WriteEndObject();
    }

    /// <summary>Writes <c>id?, answer, candidates, made_from, failures, usage</c>.</summary>
    public static void Write(Utf8JsonWriter json, JsonElement? id, BlendResponse response)
    {
        WriteId(json, id);
        json.WriteString("answer", response.Answer);
        WriteList(json, "candidates", response.Candidates, candidate => Write(json, candidate));
        WriteList(json, "made_from", response.MadeFrom, json.WriteNumberValue);
        WriteList(json, "failures", response.Failures, failure => Write(json, failure));
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", response.Usage.PromptTokens);
        json.WriteNumber("completion_tokens", response.Usage.CompletionTokens);
        json.WriteNumber("comparisons", response.Usage.Comparisons);
        if (response.Usage.Cost is { } cost)
        {
            json.WriteNumber("cost", cost);
        }

        json.WriteEndObject();
        if (response.Fusion is { } fusion)
        {
            json.WriteStartObject("fusion");
            json.WriteString("fuser", fusion.Fuser);
            json.WriteString("given", fusion.Given is BlendGiven.Fused ? "fused" : "best");
            if (fusion.Margin is { } margin)
            {
                json.WriteNumber("margin", margin);
            }

            json.WriteEndObject();
        }

        if (response.Trace is { } trace)
        {
            json.WriteStartObject("trace");
            TraceJson.Write(json, trace);
            json.WriteEndObject();
        }
    }

    /// <summary>Writes a candidate as an object.</summary>
    public static void Write(Utf8JsonWriter json, RankedCandidate candidate)
    {
        json.WriteStartObject();
        json.WriteString("model", candidate.Model);
        json.WriteString("text", candidate.Text);
        json.WriteNumber("rank", candidate.Rank);
        json.WriteNumber("score", candidate.Score);
        json.WriteEndObject();
    }

    /// <summary>Writes a failure as an object.</summary>
    public static void Write(Utf8JsonWriter json, BlendFailure failure)
    {
        json.WriteStartObject();
        json.WriteString("what", failure.What);
        json.WriteString("reason", JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.Reason.ToString()));
        json.WriteString("message", failure.Message);
        json.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter json, float[] row)
    {
        json.WriteStartArray();
        foreach (var logit in row)
        {
            if (float.IsNaN(logit))
            {
                json.WriteNullValue();
            }
            else
            {
                json.WriteNumberValue(logit);
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Writes a list.</summary>
    public static void WriteList<T>(Utf8JsonWriter json, string name, T[] items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(item);
        }

        json.WriteEndArray();
    }

    private static void WriteId(Utf8JsonWriter json, JsonElement? id)
    {
        if (id is { } known)
        {
            json.WritePropertyName("id");
            known.WriteTo(json);
        }
    }
}
