using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Checkpoints;
using LLMBlender.TestKit.Fuzzing;

namespace LLMBlender.Inference.Tests.Checkpoints;

/// <summary>
/// Valid files with some bytes changed: they are read, or refused with a <see cref="ModelException"/>, and nothing
/// else.
/// </summary>
public sealed class CheckpointFuzzTests : IDisposable
{
    private const int Runs = 1500;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_MutatedSafetensors_ReadsOrRefuses() => Mutated("model.safetensors", SafetensorsBytes.Of(
        """
        {"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},
         "b\u00e9":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]},"c":{"dtype":"I64","shape":[],"data_offsets":[32,40]}}
        """,
        new byte[40]));

    [Fact]
    public void Open_ChangedHeader_ReadsOrRefuses() => Fuzz.Run<ModelException>(
        2000,
        ["""{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"I64","shape":[],"data_offsets":[24,32]}}"""u8.ToArray()],
        header =>
        {
            using var checkpoint = Checkpoint.Open(folder.Write("model.safetensors", SafetensorsBytes.Of(Encoding.Latin1.GetString(header), new byte[32])));
            ReadAll(checkpoint);
        });

    [Fact]
    public void Open_ChangedIndex_ReadsOrRefuses()
    {
        folder.Write("one.bin", new TorchFile().Add("a", [1], 1).ToArray());
        Fuzz.Run<ModelException>(1000, ["""{"metadata":{"total_size":4},"weight_map":{"a":"one.bin"}}"""u8.ToArray()], index =>
        {
            using var checkpoint = Checkpoint.Open(folder.Write("pytorch_model.bin.index.json", index));
            ReadAll(checkpoint);
        });
    }

    [Fact]
    public void Open_MutatedTorchFile_ReadsOrRefuses() => Mutated("pytorch_model.bin", TorchFile(wide: false));

    [Fact]
    public void Open_MutatedZip64TorchFile_ReadsOrRefuses() => Mutated("pytorch_model.bin", TorchFile(wide: true));

    [Fact]
    public void Open_MutatedIndex_ReadsOrRefuses()
    {
        folder.Write("one.bin", new TorchFile().Add("a", [1], 1).ToArray());
        Mutated("pytorch_model.bin.index.json", """{"metadata":{"total_size":4},"weight_map":{"a":"one.bin"}}"""u8.ToArray());
    }

    private static byte[] TorchFile(bool wide) => new TorchFile { Wide = wide }
        .AddStorage("0", MemoryMarshal.AsBytes<float>(new float[24]))
        .AddView("a", "FloatStorage", "0", 24, 0, [6, 4], [1, 6])
        .AddView("b", "FloatStorage", "0", 24, 2, [2, 3, 1, 1], [3, 1, 1, 1])
        .Add("c", "BFloat16Storage", new byte[600], 300, 300)
        .ToArray();

    private void Mutated(string name, byte[] valid)
    {
        var byteChange = Gen.Select(Gen.Int[0, valid.Length - 1], Gen.OneOf(Gen.Byte, Gen.Byte[0, 3], Gen.Byte[40, 125]));
        var changes = Gen.Select(byteChange.Array[1, 4], Gen.Int[0, 9], Gen.Int[0, valid.Length - 1]);
        changes.Sample(
            (bytes, kind, place) =>
            {
                var content = Mutate(valid, bytes, kind, place);
                var path = folder.Write(name, content);
                try
                {
                    using var checkpoint = Checkpoint.Open(path);
                    ReadAll(checkpoint);
                }
                catch (ModelException)
                {
                }

                return true;
            },
            iter: Fuzz.Count(Runs),
            threads: 1);
    }

    private static byte[] Mutate(byte[] valid, (int At, byte Value)[] bytes, int kind, int place)
    {
        byte[] content = kind switch
        {
            0 => [.. valid[..place], .. valid[Math.Min(valid.Length, place + bytes[0].Value)..]],
            1 => [.. valid[..place], .. bytes.Select(change => change.Value), .. valid[place..]],
            2 => [.. valid[..place], .. valid[bytes[0].At..]],
            _ => [.. valid],
        };
        foreach (var (at, value) in bytes)
        {
            if (at < content.Length)
            {
                content[at] = value;
            }
        }

        return content;
    }

    private static void ReadAll(Checkpoint checkpoint)
    {
        foreach (var tensor in checkpoint.Tensors.Values)
        {
            Assert.InRange(tensor.ByteCount, 0, new FileInfo(checkpoint.Path).Length + 2000);
            checkpoint.ReadBytes(tensor.Name, new byte[tensor.ByteCount]);
            if (tensor.Type.IsFloat())
            {
                Assert.Equal(tensor.ElementCount, checkpoint.Read(tensor.Name).Length);
            }
        }
    }
}
