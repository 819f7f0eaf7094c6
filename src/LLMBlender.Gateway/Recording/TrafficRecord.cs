using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.Recording;

/// <summary>
/// The lines of recorded traffic: blends in MixInstruct's form with the ranking's matrix, and feedback. They hold the question, the answers and the ranking, and
/// no key, caller or header.
/// </summary>
internal static class TrafficRecord
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a blend.</summary>
    /// <param name="id">The answer's id.</param>
    /// <param name="panel">The panel's name.</param>
    /// <param name="request">The request.</param>
    /// <param name="response">The response, with a trace.</param>
    /// <param name="time">When it was answered.</param>
    public static byte[] Blend(string id, string panel, BlendRequest request, BlendResponse response, DateTimeOffset time) => Write(json =>
    {
        json.WriteString("id", id);
        json.WriteString("time", time);
        json.WriteString("panel", panel);
        json.WriteString("instruction", request.Instruction);
        json.WriteString("input", request.Input ?? "");
        json.WriteString("output", response.Answer);
        json.WriteBoolean("fused", response.Fusion is { Given: BlendGiven.Fused });
        if (response.RankerInfo is { } ranker)
        {
            json.WriteString("ranker", ranker.Name);
        }

        json.WriteStartArray("candidates");
        foreach (var candidate in response.Candidates)
        {
            json.WriteStartObject();
            json.WriteString("model", candidate.Model);
            json.WriteString("text", candidate.Text);
            if (!response.IsUnranked && response.Candidates.Length > 1)
            {
                json.WriteNumber("rank", candidate.Rank);
                json.WriteStartObject("scores");
                json.WriteNumber("ranker", candidate.Score);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (RankResult.Rows(response.Trace?.Ranking?.Matrix) is { } rows)
        {
            json.WriteStartArray("matrix");
            foreach (var row in rows)
            {
                json.WriteStartArray();
                foreach (var logit in row)
                {
                    if (logit is { } known)
                    {
                        json.WriteNumberValue(known);
                    }
                    else
                    {
                        json.WriteNullValue();
                    }
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }
    });

    /// <summary>Writes feedback.</summary>
    public static byte[] Feedback(string id, FeedbackRecord feedback, DateTimeOffset time) => Write(json =>
    {
        json.WriteString("feedback", id);
        json.WriteString("time", time);
        if (feedback.Thumb is { } thumb)
        {
            json.WriteString("thumb", thumb is FeedbackThumb.Up ? "up" : "down");
        }

        if (feedback.Chosen is not null)
        {
            json.WriteString("chosen", feedback.Chosen);
        }

        if (feedback.Comment is not null)
        {
            json.WriteString("comment", feedback.Comment);
        }
    });

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Plain);
        json.WriteStartObject();
        content(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
