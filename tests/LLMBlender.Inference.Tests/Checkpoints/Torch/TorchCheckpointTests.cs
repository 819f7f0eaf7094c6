using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Checkpoints;

namespace LLMBlender.Inference.Tests.Checkpoints.Torch;

public sealed class TorchCheckpointTests : IDisposable
{
    private static readonly float[] Count24 = [.. Enumerable.Range(0, 24).Select(i => (float)i)];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true, null, false)]
    [InlineData(false, null, true)]
    [InlineData(true, "state_dict", false)]
    [InlineData(false, "model", true)]
    public void Read_FlatOrWrappedDict_GivesItsTensors(bool isModule, string? wrapper, bool wide)
    {
        var file = new TorchFile { IsModule = isModule, Wrapper = wrapper, Wide = wide, Folder = "epoch 3" }
            .Add("w", [1, 2, 3, 4, 5, 6], 2, 3)
            .AddValue("steps", pickle => pickle.Number(1L << 40))
            .Add("scalar", [7])
            .Add("none", [], 0, 5);
        using var checkpoint = Open(file.ToArray());

        Assert.Equal(["w", "scalar", "none"], checkpoint.Tensors.Keys);
        Assert.Equal(new TensorInfo("w", TensorType.Float32, [2, 3]), checkpoint.Find("w"));
        Assert.Equal([1, 2, 3, 4, 5, 6], checkpoint.Read("w"));
        Assert.Equal([7], checkpoint.Read("scalar"));
        Assert.Empty(checkpoint.Read("none"));
    }

    [Fact]
    public void Read_ThousandsOfTensors_GivesEach()
    {
        var file = new TorchFile { IsModule = false };
        for (var i = 0; i < 2500; i++)
        {
            file.Add($"t.{i}", [i], 1);
        }

        using var checkpoint = Open(file.ToArray());

        Assert.Equal(2500, checkpoint.Tensors.Count);
        Assert.All(Enumerable.Range(0, 2500), i => Assert.Equal([i], checkpoint.Read($"t.{i}")));
    }

    [Fact]
    public void Read_SharedStorage_GivesEachTensorItsView()
    {
        var file = new TorchFile().AddStorage("0", MemoryMarshal.AsBytes<float>(Count24))
            .AddView("tied", "FloatStorage", "0", 24, 0, [24], [1])
            .AddView("tail", "FloatStorage", "0", 24, 20, [2, 2], [2, 1])
            .AddView("transposed", "FloatStorage", "0", 24, 0, [6, 4], [1, 6])
            .AddView("window", "FloatStorage", "0", 24, 8, [2, 3], [6, 1])
            .AddView("diagonal", "FloatStorage", "0", 24, 0, [4], [7])
            .AddView("toeplitz", "FloatStorage", "0", 24, 0, [3, 3], [1, 1])
            .AddView("ones", "FloatStorage", "0", 24, 3, [1, 2, 1], [0, 1, 99])
            .AddView("none", "FloatStorage", "0", 24, 24, [0, 5], [5, 1]);
        using var checkpoint = Open(file.ToArray());

        Assert.Equal(Count24, checkpoint.Read("tied"));
        Assert.Equal([20, 21, 22, 23], checkpoint.Read("tail"));
        Assert.Equal(Enumerable.Range(0, 24).Select(i => (float)((i % 4 * 6) + (i / 4))), checkpoint.Read("transposed"));
        Assert.Equal([8, 9, 10, 14, 15, 16], checkpoint.Read("window"));
        Assert.Equal([0, 7, 14, 21], checkpoint.Read("diagonal"));
        Assert.Equal([0, 1, 2, 1, 2, 3, 2, 3, 4], checkpoint.Read("toeplitz"));
        Assert.Equal([3, 4], checkpoint.Read("ones"));
        Assert.Empty(checkpoint.Read("none"));
    }

    [Theory]
    [InlineData("ByteStorage", 1)]
    [InlineData("HalfStorage", 2)]
    [InlineData("IntStorage", 4)]
    [InlineData("DoubleStorage", 8)]
    public void ReadBytes_AnyStridedView_GathersItsElements(string storageType, int elementSize)
    {
        var dimension = Gen.Long[1, 5];
        var shapes = Gen.Select(dimension.Array[0, 4], Gen.Long[0, 3], Gen.Int[0, 1000]);
        shapes.Sample(
            (shape, offset, seed) =>
            {
                // A permutation of a larger contiguous tensor, with its elements numbered by their bytes.
                var order = Enumerable.Range(0, shape.Length).ToArray();
                new Random(seed).Shuffle(order);
                var wide = shape.Select(size => size + 1).ToArray();
                var wideStrides = TorchFile.RowMajor(wide);
                var count = wide.Aggregate(1L, (product, size) => product * size) + offset;
                var bytes = Enumerable.Range(0, (int)count * elementSize).Select(i => (byte)(i * 31)).ToArray();
                var viewShape = order.Select(i => shape[i]).ToArray();
                var viewStrides = order.Select(i => wideStrides[i]).ToArray();
                using var checkpoint = Open(new TorchFile().AddStorage("0", bytes)
                    .AddView("x", storageType, "0", count, offset, viewShape, viewStrides).ToArray());

                var read = new byte[checkpoint.Find("x").ByteCount];
                checkpoint.ReadBytes("x", read);

                return read.SequenceEqual(Elements(viewShape, viewStrides, offset)
                    .SelectMany(element => bytes.Skip((int)element * elementSize).Take(elementSize)));
            },
            iter: 100,
            threads: 1);

        static IEnumerable<long> Elements(long[] shape, long[] strides, long start) => shape.Length == 0
            ? [start]
            : Enumerable.Range(0, (int)shape[0]).SelectMany(i => Elements(shape[1..], strides[1..], start + (i * strides[0])));
    }

    [Theory]
    [InlineData(24, 0, new long[] { 25 }, new long[] { 1 }, "25 elements on a storage of 24")]
    [InlineData(24, 0, new long[] { 5, 5 }, new long[] { 0, 0 }, "25 elements on a storage of 24")]
    [InlineData(24, 1, new long[] { 24 }, new long[] { 1 }, "from element 1 on, and its storage has 24 elements")]
    [InlineData(24, -1, new long[] { 24 }, new long[] { 1 }, "from element -1 on")]
    [InlineData(24, 25, new long[] { 0 }, new long[] { 1 }, "from element 25 on")]
    [InlineData(24, long.MaxValue, new long[] { 1 }, new long[] { 1 }, "from element 9223372036854775807 on")]
    [InlineData(24, 0, new long[] { 2 }, new long[] { 24 }, "with strides [24]")]
    [InlineData(24, 0, new long[] { 2, 2 }, new long[] { long.MaxValue, long.MaxValue }, "its storage has 24 elements")]
    [InlineData(24, 23, new long[] { 2 }, new long[] { -1 }, "has the strides [-1]")]
    [InlineData(24, 0, new long[] { -1 }, new long[] { 1 }, "has a dimension of -1")]
    [InlineData(24, 0, new long[] { 1L << 62, 4 }, new long[] { 1, 1 }, "more bytes than 63 bits can count")]
    [InlineData(24, 0, new long[] { 4 }, new long[] { 1, 1 }, "calls 'torch._utils._rebuild_tensor_v2' with other arguments")]
    [InlineData(23, 0, new long[] { 4 }, new long[] { 1 }, "storage of 23 Float32, and its entry 'archive/data/0' has 96 bytes")]
    [InlineData(1L << 61, 0, new long[] { 4 }, new long[] { 1 }, "and its entry 'archive/data/0' has 96 bytes")]
    public void Open_TensorOutsideItsStorage_NamesTheRule(long count, long offset, long[] shape, long[] strides, string rule) => AssertRefused(
        new TorchFile().AddStorage("0", MemoryMarshal.AsBytes<float>(Count24)).AddView("x", "FloatStorage", "0", count, offset, shape, strides).ToArray(),
        rule);

    [Theory]
    [InlineData("1")]
    [InlineData("../0")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    public void Open_StorageThatIsNotThere_IsRefused(string key) => AssertRefused(
        new TorchFile().AddStorage("0", new byte[4]).AddView("x", "FloatStorage", key, 1, 0, [1], [1]).ToArray(),
        $"tensor 'x' is in the entry 'data/{key}', which the archive lacks");

    [Fact]
    public void Open_BigEndianFile_IsRefused() =>
        AssertRefused(new TorchFile { ByteOrder = "big" }.Add("x", [1], 1).ToArray(), "is 'big', and only 'little' is read");

    [Fact]
    public void Open_FileOfPyTorch1_NeedsNoByteOrder()
    {
        using var checkpoint = Open(new TorchFile { ByteOrder = null }.Add("x", [1], 1).ToArray());

        Assert.Equal([1], checkpoint.Read("x"));
    }

    [Fact]
    public void Open_NameTwice_IsRefused() =>
        AssertRefused(new TorchFile().Add("x", [1], 1).Add("x", [2], 1).ToArray(), "names the tensor 'x' twice");

    [Fact]
    public void Open_DictWithoutTensors_SaysWhereItLooked() => AssertRefused(
        new TorchFile().AddValue("epoch", pickle => pickle.Number(3)).ToArray(),
        "contains no tensor, neither by name nor in a dict under state_dict or model");

    [Fact]
    public void Open_TwoLevelsDown_IsNotFollowed()
    {
        var inner = new TorchFile { IsModule = false, Wrapper = "state_dict" };
        inner.AddValue("state_dict", pickle => pickle.Op('}').Put());

        AssertRefused(inner.ToArray(), "contains no tensor");
    }

    [Fact]
    public void Open_PickleOfAnotherThing_IsRefused() =>
        AssertRefused(new TorchFile().ToArray([0x80, 2, (byte)'K', 1, (byte)'.']), "contains no dict of names and tensors");

    [Fact]
    public void Open_HostilePickle_NamesFileAndGlobal() => AssertRefused(
        new TorchFile().ToArray([0x80, 2, .. "cos\nsystem\n(X\u0004\0\0\0truetR."u8]),
        "data.pkl, byte 13: refers to 'os.system', and only tensor-building names are allowed");

    [Fact]
    public void Open_ArchiveOfTwoPickles_IsRefused() => AssertRefused(
        new ZipWriter().Add("a/data.pkl", "x"u8).Add("b/data.pkl", "x"u8).ToArray(), "has 2 entries NAME/data.pkl");

    [Fact]
    public void Open_ArchiveOfNoPickle_IsRefused() => AssertRefused(
        new ZipWriter().Add("a/b/data.pkl", "x"u8).ToArray(), "has 0 entries NAME/data.pkl");

    [Theory]
    [InlineData("\u0080\u0002\u008a\u000al\u00fc\u009cF\u00f9 j\u00a8P\u0019.", "the format of PyTorch before 1.6")]
    [InlineData("<!DOCTYPE html>", "neither safetensors by name nor a zip archive")]
    [InlineData("PK\u0003\u0004 and no more", "has no zip directory at its end, so it was cut short")]
    public void Open_OtherFile_SaysWhatItIs(string content, string reason) => AssertRefused(Encoding.Latin1.GetBytes(content), reason);

    [Fact]
    public void Open_FileCutAnywhere_IsRefused()
    {
        var whole = new TorchFile().Add("x", [1, 2], 2).ToArray();
        for (var length = 0; length < whole.Length; length++)
        {
            AssertRefused(whole[..length], "");
        }
    }

    private Checkpoint Open(byte[] content) => Checkpoint.Open(folder.Write("pytorch_model.bin", content));

    private void AssertRefused(byte[] content, string rule)
    {
        var error = Assert.Throws<ModelException>(() => Open(content));

        Assert.Equal(folder.File("pytorch_model.bin"), error.File);
        Assert.Contains(rule, error.Message, StringComparison.Ordinal);
    }
}
