using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Records;

namespace LLMBlender.Cli.Blending;

/// <summary>A blended answer as the fields of a JSON object.</summary>
internal static class BlendJson
{
    /// <summary>Writes <c>id, answer, candidates, failures, usage, fusion</c>.</summary>
    /// <param name="json">Where they go.</param>
    /// <param name="id">The record's id with its JSON type; none for a blend asked without one.</param>
    /// <param name="response">The blend.</param>
    public static void Write(Utf8JsonWriter json, RecordId? id, BlendResponse response)
    {
        if (id is { } known)
        {
            known.Write(json);
        }
        else
        {
            json.WriteNull("id");
        }

        json.WriteText("answer", response.Answer);
        WriteList(json, "candidates", response.Candidates, WriteCandidate);
        WriteList(json, "failures", response.Failures, WriteFailure);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", response.Usage.PromptTokens);
        json.WriteNumber("completion_tokens", response.Usage.CompletionTokens);
        json.WriteNumber("comparisons", response.Usage.Comparisons);
        json.WriteEndObject();
        if (response.Fusion is { } fusion)
        {
            WriteFusion(json, fusion);
        }
    }

    private static void WriteFusion(Utf8JsonWriter json, BlendFusion fusion)
    {
        json.WriteStartObject("fusion");
        json.WriteText("fuser", fusion.Fuser);
        json.WriteString("given", JsonNamingPolicy.SnakeCaseLower.ConvertName(fusion.Given.ToString()));
        if (fusion.Margin is { } margin)
        {
            json.WriteNumber("margin", margin);
        }
        else
        {
            json.WriteNull("margin");
        }

        json.WriteEndObject();
    }

    private static void WriteList<T>(Utf8JsonWriter json, string field, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(field);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCandidate(Utf8JsonWriter json, RankedCandidate candidate)
    {
        if (candidate.Model is null)
        {
            json.WriteNull("model");
        }
        else
        {
            json.WriteText("model", candidate.Model);
        }

        json.WriteText("text", candidate.Text);
        json.WriteNumber("rank", candidate.Rank);
        json.WriteNumber("score", candidate.Score);
    }

    private static void WriteFailure(Utf8JsonWriter json, BlendFailure failure)
    {
        json.WriteText("what", failure.What);
        json.WriteString("reason", JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.Reason.ToString()));
        json.WriteText("message", failure.Message);
    }
}
