using LLMBlender.Cli.Ranking;
using LLMBlender.Cli.Records;
using LLMBlender.Cli.Show;

namespace LLMBlender.Cli.Verbs;

/// <summary>Writes settled records' answers, and failed ones' errors both there and on standard error.</summary>
internal sealed class AnswerWriter(RecordOutput output)
{
    /// <summary>How many records failed.</summary>
    public int Failures { get; private set; }

    /// <summary>Writes answers in the order given, and hands them on.</summary>
    public void Write(IReadOnlyList<RecordWork> works, IProgressDisplay progress)
    {
        foreach (var work in works)
        {
            if (work.Failure is null)
            {
                output.Write(work.Write);
            }
            else
            {
                Fail(work.Place, work.Failure, progress);
            }
        }

        output.Flush();
    }

    /// <summary>Writes a failed record's error.</summary>
    public void Fail(RecordPlace place, string problem, IProgressDisplay progress)
    {
        Failures++;
        var error = place.Located(problem);
        output.WriteError(place.Id, error);
        progress.Complain(place.Id is { } id ? $"{error} (record {id})" : error);
    }
}
