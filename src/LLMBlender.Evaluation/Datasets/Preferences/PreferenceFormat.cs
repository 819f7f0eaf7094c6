using LLMBlender.Records;

namespace LLMBlender.Evaluation.Datasets.Preferences;

/// <summary>A published shape of preference data, known by its fields.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">Its fields and who uses it.</param>
/// <param name="Fields">The fields that every record has, by which the shape is recognised.</param>
/// <param name="Read">Reads a record; throws <see cref="RecordException"/> if a field is invalid.</param>
internal sealed record PreferenceFormat(string Name, string Description, string[] Fields, Func<RecordFields, PreferenceSet> Read)
{
    /// <summary>Whether consecutive records with the same instruction are one set.</summary>
    public bool IsGrouped { get; init; }

    /// <summary>All formats, the more specific first.</summary>
    public static IReadOnlyList<PreferenceFormat> All { get; } =
    [
        new("judgebench", "\"question\", \"response_A\", \"response_B\", \"label\" (\"A>B\" or \"B>A\"), \"source\": JudgeBench", ["question", "response_A", "response_B", "label"], PreferenceFormats.JudgeBench),
        new("unified-feedback", "\"conv_A\", \"conv_B\", \"conv_A_rating\", \"conv_B_rating\", \"source\": Unified-Feedback, PairRM's training data", ["conv_A", "conv_B"], PreferenceFormats.UnifiedFeedback),
        new("helpsteer3", "\"context\" (messages), \"response1\", \"response2\", \"overall_preference\" (-3 to 3), \"domain\": HelpSteer3", ["context", "response1", "response2"], PreferenceFormats.HelpSteer3),
        new("helpsteer2-preference", "\"prompt\", \"response_1\", \"response_2\", \"preference_strength\" (-3 to 3): HelpSteer2's preferences", ["prompt", "response_1", "response_2"], PreferenceFormats.HelpSteer2Preference),
        new("helpsteer", "\"prompt\", \"response\", \"helpfulness\" and other ratings, one answer a line: HelpSteer and HelpSteer2", ["prompt", "response", "helpfulness"], PreferenceFormats.HelpSteer) { IsGrouped = true },
        new("chosen-rejected", "\"prompt\"?, \"chosen\" and \"rejected\", each a text, a list of texts or a conversation, \"subset\": RewardBench, RewardBench 2, UltraFeedback's binarized form, hh-rlhf", ["chosen", "rejected"], PreferenceFormats.ChosenRejected),
    ];

    /// <summary>The names and descriptions, a line each.</summary>
    public static string Listed => string.Join('\n', All.Select(static format => $"  {format.Name,-22} {format.Description}"));

    /// <summary>Finds a format by name, or by the fields of a record.</summary>
    /// <param name="name">The name; null to recognise the format.</param>
    /// <param name="record">The first record.</param>
    /// <exception cref="UsageException">There is no such format, or none fits the record.</exception>
    public static PreferenceFormat Find(string? name, RecordFields record)
    {
        if (name is not null)
        {
            return All.FirstOrDefault(format => format.Name == name)
                ?? throw new UsageException($"--format \"{name}\" is not known; known are {string.Join(", ", All.Select(static format => format.Name))}");
        }

        return All.FirstOrDefault(format => format.Fields.All(field => record.Find(field) is not null))
            ?? throw new UsageException(
                $"the first record has the fields {string.Join(", ", record.Element.EnumerateObject().Select(static field => $"\"{field.Name}\""))}, which no known format has; known are\n{Listed}");
    }
}
