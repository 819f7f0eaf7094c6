using System.Text.Json;
using LLMBlender.Evaluation.Routing;
using LLMBlender.Local.Panels;

namespace LLMBlender.Cli.Verbs;

/// <summary>Writes the report of <c>learn route</c> as JSON.</summary>
internal static class RouteReportJson
{
    /// <summary>Writes the fields of the report.</summary>
    public static void Write(Utf8JsonWriter json, RouteReport report, RouteFile route)
    {
        json.WriteNumber("questions", route.Questions);
        json.WriteNumber("held", report.Questions);
        json.WriteNumber("keep", route.Keep);
        json.WriteNumber("effective_members", report.EffectiveMembers);
        json.WriteStartArray("members");
        foreach (var (member, best) in report.Members)
        {
            json.WriteStartObject();
            json.WriteString("member", member);
            json.WriteNumber("best", best);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("warnings");
        foreach (var warning in report.Warnings())
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
        Points(json, "points", report.Points);
        Points(json, "same_members", report.Fixed);
    }

    private static void Points(Utf8JsonWriter json, string name, RoutePoint[] points)
    {
        json.WriteStartArray(name);
        foreach (var point in points)
        {
            json.WriteStartObject();
            json.WriteNumber("keep", point.Keep);
            json.WriteNumber("calls", point.Calls);
            json.WriteNumber("score", point.Score);
            json.WriteNumber("rank", point.Rank);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
