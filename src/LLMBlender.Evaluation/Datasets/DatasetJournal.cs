using System.Text.Json;
using LLMBlender.Abstractions.Json;
using LLMBlender.Local.Judging;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>Stores the responses of backends while a data set is built, so that a restarted run repeats no call. Thread-safe.</summary>
internal sealed class DatasetJournal : IDisposable
{
    private readonly Dictionary<(string Record, string Model), string> texts = [];
    private readonly Dictionary<(string Record, string First, string Second), JudgeVerdict?> verdicts = [];
    private readonly Lock gate = new();

    private DatasetJournal(string path, string work, Action<long, long> judged) => File = WorkFile.Open(path, work, step => Record(step, judged));

    /// <summary>The file.</summary>
    public WorkFile File { get; }

    /// <summary>Opens an existing journal or creates one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="work">The work's identity as a single line of JSON.</param>
    /// <param name="judged">Called with the prompt and completion tokens of each verdict of an earlier run.</param>
    /// <exception cref="UsageException">The file can't be used, or belongs to other work.</exception>
    public static DatasetJournal Open(string path, string work, Action<long, long> judged) => new(path, work, judged);

    /// <summary>A model's answer; null if there is none yet.</summary>
    public string? Text(string record, string model)
    {
        lock (gate)
        {
            return texts.GetValueOrDefault((record, model));
        }
    }

    /// <summary>Whether there is a verdict on a pair; the verdict is null if the judge's response could not be parsed.</summary>
    public bool TryVerdict(string record, string first, string second, out JudgeVerdict? verdict)
    {
        lock (gate)
        {
            return verdicts.TryGetValue((record, first, second), out verdict);
        }
    }

    /// <summary>Stores an answer.</summary>
    public void NoteText(string record, string model, string text, (long Prompt, long Completion) tokens)
    {
        File.Append(json =>
        {
            json.WriteText("record", record);
            json.WriteText("model", model);
            json.WriteText("text", text);
            Tokens(json, tokens);
        });
        lock (gate)
        {
            texts[(record, model)] = text;
        }
    }

    /// <summary>Stores a verdict.</summary>
    public void NoteVerdict(string record, string first, string second, JudgeVerdict? verdict, (long Prompt, long Completion) tokens)
    {
        File.Append(json =>
        {
            json.WriteText("record", record);
            json.WriteText("first", first);
            json.WriteText("second", second);
            json.WritePropertyName("verdict");
            if (verdict is { } known)
            {
                json.WriteNumberValue(known.Logit);
            }
            else
            {
                json.WriteNullValue();
            }

            if (verdict is { IsBad: true })
            {
                json.WriteBoolean("bad", true);
            }

            Tokens(json, tokens);
        });
        lock (gate)
        {
            verdicts[(record, first, second)] = verdict;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();

    private static void Tokens(Utf8JsonWriter json, (long Prompt, long Completion) tokens)
    {
        json.WriteNumber("prompt_tokens", tokens.Prompt);
        json.WriteNumber("completion_tokens", tokens.Completion);
    }

    private void Record(JsonElement step, Action<long, long> judged)
    {
        var record = step.GetProperty("record").GetString()!;
        if (step.TryGetProperty("verdict", out var verdict))
        {
            verdicts[(record, step.GetProperty("first").GetString()!, step.GetProperty("second").GetString()!)] =
                verdict.ValueKind is JsonValueKind.Number ? new JudgeVerdict(verdict.GetSingle(), step.TryGetProperty("bad", out _)) : null;
            judged(step.GetProperty("prompt_tokens").GetInt64(), step.GetProperty("completion_tokens").GetInt64());
        }
        else
        {
            texts[(record, step.GetProperty("model").GetString()!)] = step.GetProperty("text").GetString()!;
        }
    }
}
