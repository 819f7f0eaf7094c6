using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Datasets.Preferences;

/// <summary>Reads the records of published preference data sets.</summary>
internal static class PreferenceFormats
{
    private static readonly string[] Ratings = ["helpfulness", "correctness", "coherence", "complexity", "verbosity"];

    /// <summary>JudgeBench: two responses and a label.</summary>
    public static PreferenceSet JudgeBench(RecordFields record)
    {
        var label = record.Text("label");
        var (a, b) = label switch
        {
            "A>B" => (1.0, 0.0),
            "B>A" => (0.0, 1.0),
            "A=B" => (1.0, 1.0),
            _ => throw record.Refused("label", "must be A>B, B>A or A=B"),
        };
        return new PreferenceSet(
            record.Text("question"),
            record.OptionalText("pair_id"),
            record.OptionalText("source"),
            [PreferenceSet.Answer(record.Text("response_A"), a), PreferenceSet.Answer(record.Text("response_B"), b)]);
    }

    /// <summary>Unified-Feedback: two conversations that differ in the last message, and their ratings.</summary>
    public static PreferenceSet UnifiedFeedback(RecordFields record)
    {
        var (turns, a) = Answered(record, "conv_A");
        var (_, b) = Answered(record, "conv_B");
        return new PreferenceSet(
            Instruction(turns, record, "conv_A"),
            Id(record),
            record.OptionalText("source"),
            [PreferenceSet.Answer(a, Number(record, "conv_A_rating")), PreferenceSet.Answer(b, Number(record, "conv_B_rating"))]);
    }

    /// <summary>HelpSteer3: a conversation, two responses and a preference of which the sign tells the better one, positive the second.</summary>
    public static PreferenceSet HelpSteer3(RecordFields record) => Signed(
        Instruction(Turns(record, "context"), record, "context"), record, record.OptionalText("domain"), "response1", "response2", "overall_preference");

    /// <summary>HelpSteer2's preferences: a prompt, two responses and the strength of the preference, positive for the second.</summary>
    public static PreferenceSet HelpSteer2Preference(RecordFields record) =>
        Signed(record.Text("prompt"), record, null, "response_1", "response_2", "preference_strength");

    /// <summary>HelpSteer: a prompt with one response and its ratings.</summary>
    public static PreferenceSet HelpSteer(RecordFields record) => new(
        record.Text("prompt"),
        Id(record),
        null,
        [(record.Text("response"), Ratings.Where(rating => record.Find(rating) is not null).ToDictionary(static rating => rating, rating => Number(record, rating)))]);

    /// <summary>Preferred and rejected answers, several of each where the fields are lists.</summary>
    public static PreferenceSet ChosenRejected(RecordFields record)
    {
        var prompt = record.Find("prompt") is { ValueKind: JsonValueKind.Array } ? Instruction(Turns(record, "prompt"), record, "prompt") : record.OptionalText("prompt");
        if (prompt is null && record.Find("chosen") is { ValueKind: JsonValueKind.String })
        {
            return Dialogues(record);
        }

        var (chosen, rejected) = (Answers(record, "chosen", ref prompt), Answers(record, "rejected", ref prompt));
        return new PreferenceSet(
            prompt ?? throw record.Missing("prompt", "a string or a list of messages"),
            Id(record),
            record.OptionalText("subset") ?? record.OptionalText("source"),
            [.. chosen.Select(static text => PreferenceSet.Answer(text, 1)), .. rejected.Select(static text => PreferenceSet.Answer(text, 0))]);
    }

    // hh-rlhf: both dialogues begin with the same turns and end with the answer.
    private static PreferenceSet Dialogues(RecordFields record)
    {
        const string Turn = "\n\nAssistant:";
        var (chosen, rejected) = (record.Text("chosen"), record.Text("rejected"));
        var (a, b) = (chosen.LastIndexOf(Turn, StringComparison.Ordinal), rejected.LastIndexOf(Turn, StringComparison.Ordinal));
        if (a < 0 || b < 0)
        {
            throw record.Missing("prompt", "a string or a list of messages, or both texts dialogues of \"Human:\" and \"Assistant:\"");
        }

        return new PreferenceSet(
            chosen[..a].Trim(), Id(record), null, [PreferenceSet.Answer(chosen[(a + Turn.Length)..].Trim(), 1), PreferenceSet.Answer(rejected[(b + Turn.Length)..].Trim(), 0)]);
    }

    private static PreferenceSet Signed(string instruction, RecordFields record, string? subset, string first, string second, string field)
    {
        var preference = Number(record, field);
        return new PreferenceSet(
            instruction,
            Id(record),
            subset,
            [PreferenceSet.Answer(record.Text(first), Math.Max(0, -preference)), PreferenceSet.Answer(record.Text(second), Math.Max(0, preference))]);
    }

    // A text, a list of texts, or a conversation that ends with the answer and gives the prompt if there is none.
    private static IEnumerable<string> Answers(RecordFields record, string field, ref string? prompt)
    {
        switch (record.Find(field))
        {
            case { ValueKind: JsonValueKind.String }:
                return [record.Text(field)];
            case { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > 0 && list[0].ValueKind is JsonValueKind.Object:
                var (turns, answer) = Answered(record, field);
                prompt ??= Instruction(turns, record, field);
                return [answer];
            case { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(static item => item.ValueKind is JsonValueKind.String):
                return [.. list.EnumerateArray().Select((item, i) => RecordFields.TextOf(item, $"{record.Name(field)}[{i}]"))];
            default:
                throw record.Refused(field, "must be a string, a list of strings or a list of messages");
        }
    }

    private static (ChatTurn[] Turns, string Answer) Answered(RecordFields record, string field) =>
        Turns(record, field) is [.. var turns, { Role: Conversation.Assistant } answer]
            ? (turns, answer.Text)
            : throw record.Refused(field, "must end with a message of the assistant");

    private static ChatTurn[] Turns(RecordFields record, string field)
    {
        var list = record.OptionalList(field, "messages") ?? throw record.Missing(field, "a list of messages");
        return [.. list.EnumerateArray().Select((item, i) =>
        {
            var message = RecordFields.Of(item, $"{field}[{i}]");
            return new ChatTurn(message.Text("role").ToLowerInvariant(), message.Text("content"));
        })];
    }

    private static string Instruction(ChatTurn[] turns, RecordFields record, string field) =>
        turns.Length > 0 ? Conversation.ToInstruction(turns) : throw record.Refused(field, "must contain a message of the user");

    private static string? Id(RecordFields record) => record.Find("id") is { } id
        ? id.ValueKind is JsonValueKind.Number ? id.GetRawText() : record.OptionalText("id")
        : record.OptionalText("prompt_id");

    private static double Number(RecordFields record, string field) => record.Find(field) switch
    {
        null => throw record.Missing(field, "a number"),
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        _ => throw record.Refused(field, "must be a number"),
    };
}
