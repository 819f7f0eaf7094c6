using System.Runtime.Intrinsics.X86;
using LLMBlender.Inference.Sessions;

namespace LLMBlender.Inference.Tests.Sessions;

public sealed class ProcessorFeaturesTests
{
    public static TheoryData<ProcessorFeatures, string> Processors => new()
    {
        { new ProcessorFeatures { HasTiles = true, HasWideVnni = true, HasVnni = true, HasAvx2 = true }, "AMX" },
        { new ProcessorFeatures { HasWideVnni = true, HasVnni = true, HasAvx2 = true }, "AVX-512 VNNI" },
        { new ProcessorFeatures { HasVnni = true, HasAvx2 = true }, "AVX-VNNI" },
        { new ProcessorFeatures { HasAvx2 = true }, "AVX2" },
        { new ProcessorFeatures(), "SSE" },
        { new ProcessorFeatures { IsArm = true, HasDotProducts = true }, "dot products" },
        { new ProcessorFeatures { IsArm = true }, "NEON" },
    };

    [Theory]
    [MemberData(nameof(Processors), DisableDiscoveryEnumeration = true)]
    public void ByteProducts_Features_NameTheWidest(ProcessorFeatures features, string name) => Assert.Equal(name, features.ByteProducts);

    [Fact]
    public void Current_ThisProcessor_AgreesWithTheRuntime()
    {
        Assert.Equal(Avx2.IsSupported, ProcessorFeatures.Current.HasAvx2);
        Assert.Equal(AvxVnni.IsSupported, ProcessorFeatures.Current.HasVnni);
        Assert.NotEqual(X86Base.IsSupported, ProcessorFeatures.Current.IsArm);
    }

    [Theory]
    [InlineData(1, "1 thread; int8 by AVX2")]
    [InlineData(8, "8 threads; int8 by AVX2")]
    public void Describe_Threads_AreCounted(int threads, string text) => Assert.Equal(text, new ProcessorFeatures { HasAvx2 = true }.Describe(threads));
}
