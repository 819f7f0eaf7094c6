using LLMBlender.Inference.Checkpoints;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Checkpoints;

namespace LLMBlender.Inference.Tests.Checkpoints;

public sealed class SafetensorsCheckpointTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_EveryType_GivesNumbersAndBytes()
    {
        const string Header = """
            {"__metadata__":{"format":"pt"},
             "half":{"dtype":"F16","shape":[2],"data_offsets":[4,8]},
             "brain":{"dtype":"BF16","shape":[2,1],"data_offsets":[8,12]},
             "single":{"dtype":"F32","shape":[],"data_offsets":[0,4]},
             "double":{"dtype":"F64","shape":[1],"data_offsets":[12,20]},
             "bytes":{"dtype":"U8","shape":[3],"data_offsets":[20,23]},
             "none":{"dtype":"I64","shape":[3,0],"data_offsets":[20,20]}}
            """;
        byte[] data =
        [
            0x00, 0x00, 0x20, 0x40, // 2.5
            0x00, 0x3E, 0x00, 0xC0, // 1.5, -2
            0x40, 0x40, 0x80, 0xBF, // 3, -1
            0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xD0, 0x3F, // 0.25
            0x01, 0x02, 0xFF,
        ];
        using var checkpoint = Checkpoint.Open(folder.Write("model.safetensors", SafetensorsBytes.Of(Header, data)));

        Assert.Equal(["half", "brain", "single", "double", "bytes", "none"], checkpoint.Tensors.Keys);
        Assert.Equal(new TensorInfo("brain", TensorType.BFloat16, [2, 1]), checkpoint.Find("brain"));
        Assert.Equal([2.5f], checkpoint.Read("single"));
        Assert.Equal([1.5f, -2], checkpoint.Read("half"));
        Assert.Equal([3f, -1], checkpoint.Read("brain"));
        Assert.Equal([0.25f], checkpoint.Read("double"));
        var bytes = new byte[3];
        checkpoint.ReadBytes("bytes", bytes);
        Assert.Equal([1, 2, 255], bytes);
        checkpoint.ReadBytes("none", []);
        Assert.Contains(
            "'bytes' (UInt8 [3]) is not floating-point",
            Assert.Throws<ModelException>(() => checkpoint.Read("bytes")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TensorLargerThanAChunk_IsWhole()
    {
        const int Count = 300_001;
        var data = new byte[Count * 2];
        for (var i = 0; i < Count; i++)
        {
            BitConverter.TryWriteBytes(data.AsSpan(2 * i), (Half)(i % 2048));
        }

        var file = SafetensorsBytes.Of($$$"""{"x":{"dtype":"F16","shape":[{{{Count}}}],"data_offsets":[0,{{{Count * 2}}}]}}""", data);
        using var checkpoint = Checkpoint.Open(folder.Write("model.safetensors", file));

        Assert.Equal(Enumerable.Range(0, Count).Select(i => (float)(i % 2048)), checkpoint.Read("x"));
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "4 bytes, and its type and shape need 8")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", "and the file has 8 bytes of data")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "and the file has 8 bytes of data")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "no tensor owns the bytes from 0 on")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "its tensors end at 4")]
    [InlineData("""{"x":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"y":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "'y' (UInt8 [4]) has data_offsets [4, 8], and another tensor's bytes reach to 5")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "another tensor's bytes reach to 8")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "a beginning and an end")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "a beginning and an end")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8,16]}}""", "a beginning and an end")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "a beginning and an end")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8.5]}}""", "has '8.5' in its data_offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}""", "integers under 2^63")]
    [InlineData("""{"x":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", "in its shape")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-2,-1],"data_offsets":[0,8]}}""", "dimension of -2")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", "more bytes than 63 bits")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4294967296,4294967296,4294967296,4294967296],"data_offsets":[0,0]}}""", "more bytes than 63 bits")]
    [InlineData("""{"x":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", "tensor 'x' has the dtype 'F8_E4M3', and only F32, F16,")]
    [InlineData("""{"x":{"shape":[8],"data_offsets":[0,8]}}""", "has no 'dtype'")]
    [InlineData("""{"x":{"dtype":7,"shape":[8],"data_offsets":[0,8]}}""", "has no 'dtype'")]
    [InlineData("""{"x":{"dtype":"U8","data_offsets":[0,8]}}""", "has no 'shape'")]
    [InlineData("""{"x":{"dtype":"U8","shape":[8]}}""", "has no 'data_offsets'")]
    [InlineData("""{"x":[]}""", "tensor 'x' is not an object but Array")]
    [InlineData("""{"__metadata__":1}""", "__metadata__ is not an object")]
    [InlineData("""{"x":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"x":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "not well-formed JSON")]
    [InlineData("""{"x":{"dtype":"U8","shape":[8],"shape":[8],"data_offsets":[0,8]}}""", "not well-formed JSON")]
    [InlineData("""{"x":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}""", "not well-formed JSON")]
    [InlineData("""{"\udc00":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "not well-formed JSON")]
    [InlineData("""[]""", "doesn't begin with '{'")]
    [InlineData("", "doesn't begin with '{'")]
    [InlineData("""{}""", "its tensors end at 0")]
    public void Open_BadHeader_NamesFileAndRule(string header, string rule)
    {
        var path = folder.Write("model.safetensors", SafetensorsBytes.Of(header, new byte[8]));

        var error = Assert.Throws<ModelException>(() => Checkpoint.Open(path));

        Assert.Equal(path, error.File);
        Assert.Contains(rule, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100_000_001ul, "at most 100000000")]
    [InlineData(ulong.MaxValue, "at most 100000000")]
    [InlineData(1ul << 63, "at most 100000000")]
    [InlineData(3ul, "the file has 10 in all")]
    public void Open_HeaderLengthOutOfBounds_IsRefused(ulong length, string rule)
    {
        var path = folder.Write("model.safetensors", SafetensorsBytes.Of("{}", length: length));

        Assert.Contains(rule, Assert.Throws<ModelException>(() => Checkpoint.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DeepJson_IsRefused()
    {
        var header = "{\"x\":" + new string('[', 100_000) + new string(']', 100_000) + "}";

        Assert.Throws<ModelException>(() => Checkpoint.Open(folder.Write("model.safetensors", SafetensorsBytes.Of(header))));
    }

    [Fact]
    public void Open_NameThatIsNotUtf8_IsRefused()
    {
        var file = SafetensorsBytes.Of("""{"~":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""");
        file[file.AsSpan().IndexOf((byte)'~')] = 0xFF;

        Assert.Throws<ModelException>(() => Checkpoint.Open(folder.Write("model.safetensors", file)));
    }

    [Fact]
    public void Open_FileCutAnywhere_IsRefused()
    {
        var whole = SafetensorsBytes.Of("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", new byte[8]);
        for (var length = 0; length < whole.Length; length++)
        {
            var path = folder.Write("model.safetensors", whole.AsSpan(0, length));

            Assert.Throws<ModelException>(() => Checkpoint.Open(path));
        }
    }

    [Fact]
    public void Read_FileCutAfterOpening_NamesTheTensor()
    {
        var whole = SafetensorsBytes.Of("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", new byte[8]);
        using var checkpoint = Checkpoint.Open(folder.Write("model.safetensors", whole));
        using (var file = new FileStream(checkpoint.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(whole.Length - 1);
        }

        var error = Assert.Throws<ModelException>(() => checkpoint.Read("x"));

        Assert.Contains("short of the end of 'x'", error.Message, StringComparison.Ordinal);
    }
}
