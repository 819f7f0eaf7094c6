using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LLMBlender.Inference.Sessions;

/// <summary>The instructions of a processor by which ONNX Runtime, when it starts, chooses how int8 models multiply bytes.</summary>
public sealed record ProcessorFeatures
{
    private const int TileAndInt8 = (1 << 24) | (1 << 25);

    /// <summary>The processor of this process.</summary>
    public static ProcessorFeatures Current { get; } = Read();

    /// <summary>Tiles of bytes (AMX).</summary>
    public bool HasTiles { get; init; }

    /// <summary>Sums of four products in 512 bits (AVX-512 VNNI).</summary>
    public bool HasWideVnni { get; init; }

    /// <summary>Sums of four products in 256 bits (AVX-VNNI).</summary>
    public bool HasVnni { get; init; }

    /// <summary>256 bits (AVX2).</summary>
    public bool HasAvx2 { get; init; }

    /// <summary>An Arm processor.</summary>
    public bool IsArm { get; init; }

    /// <summary>Arm's sums of four products.</summary>
    public bool HasDotProducts { get; init; }

    /// <summary>The instructions by which bytes are multiplied.</summary>
    public string ByteProducts => this switch
    {
        { IsArm: true, HasDotProducts: true } => "dot products",
        { IsArm: true } => "NEON",
        { HasTiles: true } => "AMX",
        { HasWideVnni: true } => "AVX-512 VNNI",
        { HasVnni: true } => "AVX-VNNI",
        { HasAvx2: true } => "AVX2",
        _ => "SSE",
    };

    /// <summary>What computes, for a log: threads, which follow the limits of a container and the processors that the process may use, and <see cref="ByteProducts"/>.</summary>
    public string Describe(int threads) => $"{threads} thread{(threads == 1 ? "" : "s")}; int8 by {ByteProducts}";

    private static ProcessorFeatures Read()
    {
        if (!X86Base.IsSupported)
        {
            return new ProcessorFeatures { IsArm = ArmBase.IsSupported, HasDotProducts = Dp.IsSupported };
        }

        var (_, _, wide, tiles) = X86Base.CpuId(7, 0);
        return new ProcessorFeatures
        {
            HasTiles = (tiles & TileAndInt8) == TileAndInt8 && Avx512BW.IsSupported,
            HasWideVnni = (wide & (1 << 11)) != 0 && Avx512BW.IsSupported,
            HasVnni = AvxVnni.IsSupported,
            HasAvx2 = Avx2.IsSupported,
        };
    }
}
