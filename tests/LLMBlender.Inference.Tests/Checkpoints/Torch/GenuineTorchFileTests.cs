using System.IO.Compression;
using System.Text.Json;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Checkpoints;

namespace LLMBlender.Inference.Tests.Checkpoints.Torch;

/// <summary>Files that PyTorch 1.13 and 2.6 wrote; <c>make.py</c> beside them says how.</summary>
public sealed class GenuineTorchFileTests
{
    private static readonly Dictionary<string, Expected> Expectations = JsonSerializer.Deserialize<Dictionary<string, Expected>>(
        File.ReadAllText(PathOf("2.6", "expected.json")), JsonSerializerOptions.Web)!;

    [Theory]
    [InlineData("1.13", "mixed.bin")]
    [InlineData("2.6", "mixed.bin")]
    [InlineData("1.13", "mixed-protocol5.bin")]
    [InlineData("2.6", "mixed-protocol5.bin")]
    public void Read_EveryKindOfTensor_GivesWhatTorchHeld(string version, string file)
    {
        using var checkpoint = Checkpoint.Open(PathOf(version, file));

        Assert.Equal(Expectations.Keys.Where(name => !name.StartsWith("linear.", StringComparison.Ordinal)), checkpoint.Tensors.Keys);
        Assert.Equal(Enum.GetValues<TensorType>(), checkpoint.Tensors.Values.Select(tensor => tensor.Type).Distinct().Order());
        Assert.All(checkpoint.Tensors.Values, tensor => AssertHolds(checkpoint, tensor, Expectations[tensor.Name]));
    }

    [Theory]
    [InlineData("1.13", "linear.bin")]
    [InlineData("2.6", "linear.bin")]
    [InlineData("1.13", "nested.bin")]
    [InlineData("2.6", "nested.bin")]
    public void Read_StateDictOfAModule_GivesItsWeights(string version, string file)
    {
        using var checkpoint = Checkpoint.Open(PathOf(version, file));

        Assert.Equal(["weight", "bias"], checkpoint.Tensors.Keys);
        Assert.All(checkpoint.Tensors.Values, tensor => AssertHolds(checkpoint, tensor, Expectations["linear." + tensor.Name]));
    }

    [Theory]
    [InlineData("legacy.bin", "the format of PyTorch before 1.6")]
    [InlineData("expanded.bin", "'x' has 12 elements on a storage of 3, and expanded tensors are not read")]
    [InlineData("complex.bin", "refers to 'torch.ComplexFloatStorage', and only tensor-building names are allowed")]
    [InlineData("sparse.bin", "refers to 'torch._utils._rebuild_sparse_tensor', and only")]
    [InlineData("quantized.bin", "refers to 'torch._utils._rebuild_qtensor', and only")]
    [InlineData("module.bin", "refers to 'torch.nn.modules.linear.Linear', and only")]
    [InlineData("script.bin", "refers to '__torch__.torch.nn.modules.linear.Linear', and only")]
    public void Open_WhatIsNoStateDict_SaysWhy(string file, string reason)
    {
        foreach (var version in (string[])["1.13", "2.6"])
        {
            var error = Assert.Throws<ModelException>(() => Checkpoint.Open(PathOf(version, file)));

            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("1.13")]
    [InlineData("2.6")]
    public void TorchFile_OfTheSameTensors_IsTorchsPickleToTheByte(string version)
    {
        using var checkpoint = Checkpoint.Open(PathOf(version, "linear.bin"));
        using var archive = ZipFile.OpenRead(PathOf(version, "linear.bin"));
        using var entry = archive.GetEntry("linear/data.pkl")!.Open();
        using var pickle = new MemoryStream();
        entry.CopyTo(pickle);

        Assert.Equal(
            pickle.ToArray(),
            new TorchFile().Add("weight", checkpoint.Read("weight"), 3, 5).Add("bias", checkpoint.Read("bias"), 3).ToPickle());
    }

    private static void AssertHolds(Checkpoint checkpoint, TensorInfo tensor, Expected expected)
    {
        Assert.Equal(expected.Shape, tensor.Shape);
        if (tensor.Type.IsFloat())
        {
            Assert.Equal(expected.Values.Select(value => (float)value), checkpoint.Read(tensor.Name));
        }

        var bytes = new byte[tensor.ByteCount];
        checkpoint.ReadBytes(tensor.Name, bytes);
        Assert.Equal(expected.Values, bytes.Chunk(tensor.Type.ElementSize()).Select(element => Number(tensor.Type, element)));
    }

    private static double Number(TensorType type, byte[] element) => type switch
    {
        TensorType.Float32 => BitConverter.ToSingle(element),
        TensorType.Float16 => (double)BitConverter.ToHalf(element),
        TensorType.BFloat16 => BitConverter.Int32BitsToSingle(BitConverter.ToInt16(element) << 16),
        TensorType.Float64 => BitConverter.ToDouble(element),
        TensorType.Int64 => BitConverter.ToInt64(element),
        TensorType.Int32 => BitConverter.ToInt32(element),
        TensorType.Int16 => BitConverter.ToInt16(element),
        TensorType.Int8 => (sbyte)element[0],
        _ => element[0],
    };

    private static string PathOf(string version, string file) =>
        Repository.File("tests", "LLMBlender.TestKit", "Fixtures", "torch", version, file);

    private sealed record Expected(long[] Shape, double[] Values);
}
