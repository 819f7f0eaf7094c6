using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>Writes records' answers; writes errors of failed records both to the output and to standard error.</summary>
internal sealed class AnswerWriter(RecordOutput output)
{
    /// <summary>The number of failed records.</summary>
    public int Failures { get; private set; }

    /// <summary>Writes answers in the given order and flushes them.</summary>
    public void Write(IReadOnlyList<RecordAnswer> answers, IProgressDisplay progress)
    {
        foreach (var answer in answers)
        {
            if (answer.Write is not { } write)
            {
                Fail(answer.Place, answer.Problem!, progress);
                continue;
            }

            write(output);
            if (answer.Problem is { } remark)
            {
                progress.WriteError(Named(answer.Place, answer.Place.Located(remark)));
            }
        }

        output.Flush();
        if (answers.Count > 0)
        {
            progress.Settled(answers.Count, answers[^1].Place.Position);
        }
    }

    /// <summary>Writes a failed record's error.</summary>
    public void Fail(RecordPlace place, string problem, IProgressDisplay progress)
    {
        Failures++;
        var error = place.Located(problem);
        output.WriteError(place.Id, error);
        progress.WriteError(Named(place, error));
    }

    private static string Named(RecordPlace place, string problem) => place.Id is { } id ? $"{problem} (record {id})" : problem;
}

/// <summary>A record's answer, or its error.</summary>
/// <param name="Place">The record's location.</param>
/// <param name="Write">Writes the answer; null if the record failed.</param>
/// <param name="Problem">Why it failed, or a remark on its answer; null if neither.</param>
internal readonly record struct RecordAnswer(RecordPlace Place, Action<RecordOutput>? Write, string? Problem = null);
