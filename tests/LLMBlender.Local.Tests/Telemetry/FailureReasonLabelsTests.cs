using LLMBlender.Abstractions;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Local.Tests.Telemetry;

public sealed class FailureReasonLabelsTests
{
    [Fact]
    public void Of_EachReason_IsDistinct()
    {
        var labels = Enum.GetValues<BlendFailureReason>().Select(reason => FailureReasonLabels.Of(reason)).Append(FailureReasonLabels.Of((BlendFailureReason?)null)).Append(FailureReasonLabels.Of(new OperationCanceledException())).ToList();

        Assert.Equal(labels.Count, labels.Distinct().Count());
        Assert.All(labels, label => Assert.Matches("^[a-z_]+$", label));
    }
}
