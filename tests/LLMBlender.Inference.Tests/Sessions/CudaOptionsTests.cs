using LLMBlender.Inference.Sessions;

namespace LLMBlender.Inference.Tests.Sessions;

public sealed class CudaOptionsTests
{
    [Fact]
    public void Of_Device_LimitsMemoryOnlyOnRequest()
    {
        Assert.Equal("3", CudaOptions.Of(3)["device_id"]);
        Assert.False(CudaOptions.Of(3).ContainsKey("gpu_mem_limit"));
        Assert.Equal("2147483648", CudaOptions.Of(0, 2L << 30)["gpu_mem_limit"]);
    }
}
