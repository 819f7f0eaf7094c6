using LLMBlender.Training.Data;
using LLMBlender.Training.Teaching;
using static TorchSharp.torch;
using Linear = TorchSharp.Modules.Linear;

namespace LLMBlender.Training.Runs;

/// <summary>
/// Learns what the teacher's labels rest on from the markers' last states; not exported. Many numbers a pair show the ranker what to look at
/// where one verdict would not.
/// </summary>
internal sealed class TeacherLabelHead : nn.Module
{
    private readonly Linear numbers;
    private readonly Linear crowd;

    public TeacherLabelHead(int hiddenSize, int crowds)
        : base(nameof(TeacherLabelHead))
    {
        numbers = nn.Linear(hiddenSize, crowds + AnswerFeatures.Count, hasBias: false);
        crowd = nn.Linear(hiddenSize, crowds);
        register_module("numbers", numbers);
        register_module("crowd", crowd);
    }

    /// <summary>Squared errors of the labels' numbers, averaged, plus half the cross-entropy of whose pair it is; summed over rows.</summary>
    /// <param name="markers">[B, 3, hidden]</param>
    /// <param name="teacherLabels">One a row; rows without one count for nothing.</param>
    public Tensor Loss(Tensor markers, IReadOnlyList<TeacherLabel?> teacherLabels)
    {
        int[] asked = [.. Enumerable.Range(0, teacherLabels.Count).Where(row => teacherLabels[row] is not null)];
        if (asked.Length == 0)
        {
            return zeros([]);
        }

        Tensor rows = markers.index_select(0, tensor([.. asked.Select(row => (long)row)], dtype: int64));
        Tensor wanted = tensor([.. asked.SelectMany(row => teacherLabels[row]!.Numbers)]).view(asked.Length, -1);
        Tensor shares = tensor([.. asked.SelectMany(row => teacherLabels[row]!.Shares)]).view(asked.Length, -1);
        Tensor found = numbers.forward(Network.Arithmetic.Subtract(rows.select(1, 1), rows.select(1, 2)));
        Tensor errors = Network.Arithmetic.Subtract(found, wanted).square().mean([-1L]);
        Tensor crossed = (nn.functional.log_softmax(crowd.forward(rows.select(1, 0)), -1) * shares).sum([-1L]).neg();
        return Network.Arithmetic.Add(errors, crossed * tensor(0.5f)).sum();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            numbers.Dispose();
            crowd.Dispose();
        }

        base.Dispose(disposing);
    }
}
