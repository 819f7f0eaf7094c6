using LLMBlender.Silo.Models;
using LLMBlender.TestKit;

namespace LLMBlender.Silo.Tests.Models;

public sealed class SiloModelsTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public void Load_Rankers_AreWarmBeforeAnyRequest()
    {
        using var models = SiloModels.Load([("tiny", tiny.Folder)], ["cpu"]);

        var ranker = Assert.Single(models.Accelerators[0].Rankers);
        Assert.Equal((1, 2048), (ranker.WarmUp!.Shapes, ranker.WarmUp.BatchTokens));
        Assert.NotNull(models.Accelerators[0].Device!.ReadMemory());
    }

    [Fact]
    public void Load_OneDeviceSeveralTimes_GivesWorkersWithNamesOfTheirOwn()
    {
        using var models = SiloModels.Load([("tiny", tiny.Folder)], ["cpu", "cpu", "cpu"]);

        Assert.Equal(["cpu", "cpu/2", "cpu/3"], models.Accelerators.Select(accelerator => accelerator.Name));
        Assert.Equal(3, models.Accelerators.Select(accelerator => accelerator.Rankers[0].Ranker).Distinct().Count());
    }

    [Fact]
    public void Load_Cancelled_EndsTheWarmUp() => Assert.Throws<OperationCanceledException>(
        () => SiloModels.Load([("tiny", tiny.Folder)], ["cpu"], cancellationToken: new CancellationToken(canceled: true)));

    [Fact]
    public void Load_LittleMemory_IsRefused()
    {
        var e = Assert.Throws<ArgumentException>(() => SiloModels.Load([("tiny", tiny.Folder)], ["cpu"], memory: 100));

        Assert.Contains("AcceleratorMemory is 100 MiB, and must be at least 256", e.Message, StringComparison.Ordinal);
    }
}
