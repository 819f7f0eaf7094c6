using System.Runtime.InteropServices;
using LLMBlender.Inference.Sessions;

namespace LLMBlender.Inference.Tests.Sessions;

public sealed class OnnxRuntimeHostTests
{
    [Fact]
    public void Environment_OnceStarted_HasTelemetrySwitchedOffForNativeCode()
    {
        Assert.NotNull(OnnxRuntimeHost.Environment);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there, native code sees the managed environment");

        Assert.Equal("1", Marshal.PtrToStringUTF8(Getenv("ORT_DISABLE_TELEMETRY")));
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:-1")]
    [InlineData("")]
    public void Parse_UnknownDevice_IsRefusedByName(string name)
    {
        var e = Assert.Throws<ArgumentException>(() => Accelerator.Parse(name));

        Assert.Contains($"\"{name}\"", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_CudaInAProcessorBuild_SaysWhichBuildHasIt()
    {
        Assert.SkipWhen(Accelerator.HasCuda, "this is the CUDA build");

        var e = Assert.Throws<ArgumentException>(() => Accelerator.Parse("cuda:0"));

        Assert.Contains("LLMBlenderFlavour=cuda", e.Message, StringComparison.Ordinal);
        Assert.Equal(Accelerator.Cpu, Accelerator.Parse("auto"));
    }

    [DllImport("libc", EntryPoint = "getenv")]
    private static extern nint Getenv([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
