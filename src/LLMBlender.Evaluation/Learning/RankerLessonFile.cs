using System.Numerics.Tensors;
using LLMBlender.Evaluation.Datasets;
using LLMBlender.Inference.Encoder;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Learning;

/// <summary>Reads files of judged sets for a reward model.</summary>
public static class RankerLessonFile
{
    private const int Chunk = 32;

    /// <summary>Reads and encodes all sets; candidates without the score are left out.</summary>
    /// <param name="input">The file: records of MixInstruct's format with scores.</param>
    /// <param name="judge">The name of the score.</param>
    /// <param name="model">Encodes answers.</param>
    /// <param name="weights">The weight of each feature in the model's score.</param>
    /// <param name="progress">Counts answers and records.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="UsageException">A record is invalid.</exception>
    public static List<RankerLesson> Read(RecordInput input, string judge, RewardModel model, float[] weights, IProgressDisplay progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(progress);
        var lessons = new List<RankerLesson>();
        foreach (var chunk in new RecordReader<MixInstructRecord>(input, MixInstructRecord.Read).Read().Chunk(Chunk))
        {
            foreach (var entry in chunk)
            {
                if (entry.Error is not null)
                {
                    throw new UsageException(entry.Place.Located($"{entry.Error}."));
                }

                var record = entry.Value!;
                var judged = Array.FindAll(record.Candidates, candidate => candidate.Scores.ContainsKey(judge));
                var rows = Array.ConvertAll(judged, candidate => model.Encode(record.Source, candidate.Text));
                var features = model.Features(rows, cancellationToken);
                lessons.Add(new RankerLesson(features, Array.ConvertAll(features, vector => TensorPrimitives.Dot<float>(vector, weights)), Array.ConvertAll(judged, candidate => candidate.Scores[judge])));
                progress.Compared(judged.Length);
            }

            progress.Settled(chunk.Length, chunk[^1].Place.Position);
        }

        return lessons;
    }
}
