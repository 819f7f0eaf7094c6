using LLMBlender.Training.Data;
using LLMBlender.Training.Network;
using LLMBlender.Training.Optimization;
using static TorchSharp.torch;

namespace LLMBlender.Training.Runs;

/// <summary>Loss and gradients of single batches; safe to use from several threads at once while the weights stand still.</summary>
/// <remarks>
/// Beside the pair loss of the ranker's own head stand auxiliary ones, read from every token of the layer before the last by a
/// <see cref="TokenHead"/> that is not exported: which candidate is better by the mean score of its tokens, and the questions of
/// <see cref="TokenMarks"/>. They reach all tokens directly, where the ranker's head reaches three.
/// </remarks>
internal sealed class LossComputer(
    PairRankerNetwork network, TokenHead tokenHead, TeacherLabelHead? teacherHead, IReadOnlyList<Tensor> parameters, LossOptions options)
{
    /// <summary>Gradients of this batch's share of a step's loss.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="stepPairs">Pairs of the whole step: the pair losses are averaged over them.</param>
    /// <param name="stepMarks">How often the whole step asks each of the tokens' questions: each one's loss is averaged over them.</param>
    /// <param name="seamWeight">Weight of the question for seams, instead of the usual one.</param>
    /// <param name="noise">Dropout of this batch.</param>
    public StepResult Compute(Batch batch, int stepPairs, IReadOnlyList<int> stepMarks, double? seamWeight, Noise noise)
    {
        // libtorch keeps the count per thread, and with it the order of its sums: a pool's thread may bring any.
        set_num_threads(1);
        using var scope = NewDisposeScope();
        Tensor ids = tensor(batch.Ids, [batch.Rows, batch.Length]);
        var (left, right, markers, before) = network.Scores(ids, batch.Lengths, batch.Markers, noise, options.Half);
        var (answers, shares) = tokenHead.Forward(before);
        Tensor perPair = tensor(1f / stepPairs);
        Tensor pairLoss = Likely(batch, (first, second) =>
            PairLoss.Of(options.Kind, left, right, tensor(first).unsqueeze(1), tensor(second).unsqueeze(1))).sum() * perPair;
        Tensor tokenLoss = Likely(batch, (first, second) => TokenLoss(shares, batch, first, second)).sum() * perPair;
        Tensor markLoss = MarkLoss(answers, batch.Marks, stepMarks, seamWeight);
        Tensor loss = Arithmetic.Add(pairLoss, Arithmetic.Add(tokenLoss * tensor((float)options.TokenWeight), markLoss));
        Tensor teacherLoss = (teacherHead?.Loss(markers, batch.TeacherLabels) ?? zeros([])) * perPair;
        loss = Arithmetic.Add(loss, teacherLoss * tensor((float)options.TeacherWeight));

        return StepResult.Of(
            loss, parameters, Right(left, right, batch),
            ("loss", pairLoss), ("token_loss", tokenLoss), ("mark_loss", markLoss), ("teacher_loss", teacherLoss));
    }

    private static int Right(Tensor left, Tensor right, Batch batch)
    {
        float[] logits = Arithmetic.Subtract(left, right).mean([-1]).data<float>().ToArray();
        return Enumerable.Range(0, batch.Rows).Count(row =>
            Math.Sign(logits[row]) == Math.Sign(batch.FirstScores[row] - batch.SecondScores[row]));
    }

    // A verdict that is likely and not certain counts for both sides, each as likely as it is.
    private static Tensor Likely(Batch batch, Func<float[], float[], Tensor> loss)
    {
        Tensor said = loss(batch.FirstScores, batch.SecondScores) * tensor(batch.Certainties);
        float[] rest = [.. batch.Certainties.Select(certainty => 1 - certainty)];
        return rest.All(share => share == 0) ? said : Arithmetic.Add(said, loss(batch.SecondScores, batch.FirstScores) * tensor(rest));
    }

    private static Tensor TokenLoss(Tensor shares, Batch batch, float[] first, float[] second)
    {
        float[] signs = [.. first.Zip(second, (a, b) => (float)Math.Sign(a - b))];
        Tensor weights = tensor(batch.TokenWeights, [batch.Rows, batch.Length]);
        return nn.functional.logsigmoid((shares * weights).sum([1L]) * tensor(signs)).neg();
    }

    private Tensor MarkLoss(Tensor answers, TokenMarks marks, IReadOnlyList<int> stepMarks, double? seamWeight)
    {
        float[] weights = [.. stepMarks.Select((total, question) => options.MarkWeight(question, seamWeight) / Math.Max(1, total))];
        Tensor losses = nn.functional.binary_cross_entropy_with_logits(
            answers, tensor(marks.Answers, answers.shape), tensor(marks.Asked, answers.shape), nn.Reduction.None);
        return (losses * tensor(weights)).sum();
    }
}
