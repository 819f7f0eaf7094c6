using System.Text.Json;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.Blending;

/// <summary>Traces and steps of blends.</summary>
internal static class TraceJson
{
    /// <summary>Writes <c>members, seconds, ranker?, comparisons?, reused?, ranks?, scores?, matrix?</c>.</summary>
    public static void Write(Utf8JsonWriter json, BlendTrace trace)
    {
        RecordJson.WriteList(json, "members", trace.Members, member => Write(json, member, withText: false));
        json.WriteStartObject("seconds");
        json.WriteNumber("panel", trace.PanelSeconds);
        json.WriteNumber("rank", trace.RankSeconds);
        json.WriteNumber("fuse", trace.FuseSeconds);
        json.WriteEndObject();
        if (trace.Ranking is { } ranking)
        {
            json.WriteString("ranker", ranking.Ranker);
            json.WriteNumber("comparisons", ranking.Comparisons);
            json.WriteNumber("reused", ranking.Reused);
            RecordJson.WriteList(json, "ranks", ranking.Ranks, json.WriteNumberValue);
            RecordJson.WriteList(json, "scores", ranking.Scores, json.WriteNumberValue);
            RecordJson.WriteMatrix(json, ranking);
        }
    }

    /// <summary>How a step is called.</summary>
    public static string NameOf(BlendEvent step) => JsonNamingPolicy.SnakeCaseLower.ConvertName(step.Kind.ToString());

    /// <summary>Writes what a step tells.</summary>
    public static void Write(Utf8JsonWriter json, BlendEvent step)
    {
        json.WriteNumber("seconds", step.Seconds);
        if (step.Members is { } members)
        {
            RecordJson.WriteList(json, "members", members, json.WriteStringValue);
        }

        if (step.Member is { } member)
        {
            json.WritePropertyName("member");
            Write(json, member, withText: true);
        }

        if (step.Candidates is { } candidates)
        {
            RecordJson.WriteList(json, "candidates", candidates, candidate => RecordJson.Write(json, candidate));
        }

        if (step.Ranking is { } ranking)
        {
            json.WriteString("ranker", ranking.Ranker);
            json.WriteNumber("comparisons", ranking.Comparisons);
            json.WriteNumber("reused", ranking.Reused);
            RecordJson.WriteMatrix(json, ranking);
        }
    }

    private static void Write(Utf8JsonWriter json, MemberReport member, bool withText)
    {
        json.WriteStartObject();
        json.WriteString("name", member.Name);
        json.WriteNumber("seconds", member.Seconds);
        if (withText && member.Text is { } text)
        {
            json.WriteString("text", text);
        }

        if (member.Failure is { } failure)
        {
            json.WritePropertyName("failure");
            RecordJson.Write(json, failure);
        }

        json.WriteNumber("prompt_tokens", member.PromptTokens);
        json.WriteNumber("completion_tokens", member.CompletionTokens);
        if (member.Cost is { } cost)
        {
            json.WriteNumber("cost", cost);
        }

        json.WriteBoolean("hedged", member.Hedged);
        json.WriteEndObject();
    }
}
