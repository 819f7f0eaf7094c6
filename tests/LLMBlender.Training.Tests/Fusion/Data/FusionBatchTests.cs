using LLMBlender.Training.Fusion.Data;

namespace LLMBlender.Training.Tests.Fusion.Data;

public sealed class FusionBatchTests
{
    [Fact]
    public void Of_UnequalExamples_PadsOnTheRightAndShiftsTheTargets()
    {
        FusionBatch batch = FusionBatch.Of([FusionExample.Of([5, 6, 7], [8, 1]), FusionExample.Of([9], [10, 11, 1])], pad: 0);
        Assert.Equal([5L, 6, 7, 9, 0, 0], batch.Source);
        Assert.Equal([3, 1], batch.SourceLengths);
        Assert.Equal([0L, 8, 0, 0, 10, 11], batch.Input);
        Assert.Equal([8L, 1, 10, 11, 1], batch.Wanted);
        Assert.Equal([0L, 1, 3, 4, 5], batch.Positions);
        Assert.Equal((2, 3, 3), (batch.Rows, batch.SourceLength, batch.TargetLength));
    }
}
