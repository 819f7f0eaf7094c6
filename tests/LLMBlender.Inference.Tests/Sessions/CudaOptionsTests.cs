using LLMBlender.Inference.Sessions;

namespace LLMBlender.Inference.Tests.Sessions;

public sealed class CudaOptionsTests
{
    [Fact]
    public void Of_Device_LimitsMemoryOnlyOnRequestAndCutsFactorsOnlyOfHalves()
    {
        Assert.Equal("3", CudaOptions.Of(3)["device_id"]);
        Assert.False(CudaOptions.Of(3).ContainsKey("gpu_mem_limit"));
        Assert.Equal(("0", "1"), (CudaOptions.Of(0)["use_tf32"], CudaOptions.Of(0, isHalf: true)["use_tf32"]));
        Assert.Equal("2147483648", CudaOptions.Of(0, 2L << 30)["gpu_mem_limit"]);
    }
}
