using System.Text.Json;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>What people said of a recorded answer; of several, the last that says something counts.</summary>
/// <param name="IsGood">Whether the answer is good; null if that was not said.</param>
/// <param name="Chosen">The model whose answer is the best; null if that was not said.</param>
/// <param name="Comments">Comments, in their order.</param>
internal sealed record TrafficFeedback(bool? IsGood, string? Chosen, IReadOnlyList<string> Comments)
{
    /// <summary>The candidates' score by feedback.</summary>
    public const string Score = "feedback";

    /// <summary>Reads a line of feedback.</summary>
    /// <exception cref="RecordException">A field is invalid.</exception>
    public static TrafficFeedback Read(RecordFields record) => new(
        record.OptionalText("thumb") switch
        {
            null => null,
            "up" => true,
            "down" => false,
            _ => throw record.Refused("thumb", "must be up or down"),
        },
        record.OptionalText("chosen"),
        record.OptionalText("comment") is { } comment ? [comment] : []);

    /// <summary>Adds later feedback.</summary>
    public TrafficFeedback Then(TrafficFeedback later) => new(later.IsGood ?? IsGood, later.Chosen ?? Chosen, [.. Comments, .. later.Comments]);

    /// <summary>
    /// Adds the score to a record's candidates: 1 for the chosen one and 0 for the others; without a choice, 1 or −1 for the one that was the answer and 0 for
    /// the others. A fused answer is none of them.
    /// </summary>
    /// <param name="candidates">The candidates.</param>
    /// <param name="answer">The blend's answer.</param>
    public MixInstructCandidate[] Rate(MixInstructCandidate[] candidates, string? answer)
    {
        var at = Chosen is null ? Array.FindIndex(candidates, candidate => candidate.Text == answer) : Array.FindIndex(candidates, candidate => candidate.Model == Chosen);
        double? best = Chosen is not null ? 1 : IsGood is { } isGood ? (isGood ? 1 : -1) : null;
        return at < 0 || best is null ? candidates : [.. candidates.Select((candidate, i) =>
            candidate with { Scores = new Dictionary<string, double>(candidate.Scores, StringComparer.Ordinal) { [Score] = i == at ? best.Value : 0 } })];
    }

    /// <summary>The feedback as a field of a record.</summary>
    public UnknownField ToField()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            if (IsGood is { } isGood)
            {
                json.WriteString("thumb", isGood ? "up" : "down");
            }

            if (Chosen is not null)
            {
                json.WriteString("chosen", Chosen);
            }

            if (Comments.Count > 0)
            {
                json.WriteStartArray("comments");
                foreach (var comment in Comments)
                {
                    json.WriteStringValue(comment);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return new UnknownField("feedback", System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }
}
