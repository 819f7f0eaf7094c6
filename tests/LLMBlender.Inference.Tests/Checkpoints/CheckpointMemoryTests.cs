using System.Runtime.InteropServices;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Checkpoints;

namespace LLMBlender.Inference.Tests.Checkpoints;

public sealed class CheckpointMemoryTests : IDisposable
{
    private const int Count = 40;
    private const int Elements = 500_000;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(TensorType.Float32)]
    [InlineData(TensorType.Float16)]
    [InlineData(TensorType.BFloat16)]
    public void Read_IntoOneBuffer_AllocatesNextToNothing(TensorType type)
    {
        var path = WriteSafetensors(type);
        var buffer = new float[Elements];
        AssertAllocates(1_000_000, path, buffer);
    }

    [Fact]
    public void Read_TorchFileIntoOneBuffer_AllocatesNextToNothing()
    {
        var file = new TorchFile();
        var values = MemoryMarshal.AsBytes<ushort>(Enumerable.Repeat((ushort)0x3F80, Elements).ToArray());
        for (var i = 0; i < Count; i++)
        {
            file.Add($"t{i}", "BFloat16Storage", values, Elements, Elements);
        }

        var path = folder.Write("pytorch_model.bin", file.ToArray());
        AssertAllocates(1_000_000, path, new float[Elements]);
    }

    [Fact]
    public void Write_InPieces_AllocatesNextToNothing()
    {
        WriteSafetensors(TensorType.BFloat16);
        var before = GC.GetAllocatedBytesForCurrentThread();
        WriteSafetensors(TensorType.BFloat16);

        // The values themselves, made anew by each call, and little more.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (Elements * sizeof(float)) + 1_000_000);
    }

    private void AssertAllocates(long most, string path, float[] buffer)
    {
        ReadAll(path, buffer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ReadAll(path, buffer);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, most);
        Assert.All(buffer, value => Assert.Equal(1, value));
    }

    private static void ReadAll(string path, float[] buffer)
    {
        using var checkpoint = Checkpoint.Open(path);
        Assert.Equal(Count, checkpoint.Tensors.Count);
        foreach (var name in checkpoint.Tensors.Keys)
        {
            checkpoint.Read(name, buffer);
        }
    }

    private string WriteSafetensors(TensorType type)
    {
        var path = folder.File("model.safetensors");
        var values = new float[Elements];
        values.AsSpan().Fill(1);
        using var writer = SafetensorsWriter.Create(
            path, [.. Enumerable.Range(0, Count).Select(i => new TensorInfo($"t{i}", type, [Elements]))]);
        for (var i = 0; i < Count; i++)
        {
            writer.Write($"t{i}", values);
        }

        writer.Finish();
        return path;
    }
}
