using System.Buffers.Binary;
using System.Text;
using CsCheck;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Checkpoints;

namespace LLMBlender.Inference.Tests.Checkpoints;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Write_SomeTensors_HasExactlyTheseBytes()
    {
        var path = folder.File("model.safetensors");
        using (var writer = SafetensorsWriter.Create(
            path,
            [new("b", TensorType.Float16, [2]), new("a", TensorType.UInt8, []), new("c", TensorType.Int64, [0, 2])],
            new Dictionary<string, string> { ["z"] = "1", ["format"] = "pt" }))
        {
            writer.Write("b", [1.5f, -2]);
            writer.WriteBytes("a", [9]);
            writer.Finish();
        }

        const string Header = """
            {"__metadata__":{"format":"pt","z":"1"},"b":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[],"data_offsets":[4,5]},"c":{"dtype":"I64","shape":[0,2],"data_offsets":[5,5]}}
            """;
        var start = (8 + Header.Length + 63) / 64 * 64;
        Assert.Equal(SafetensorsBytes.Of(Header.PadRight(start - 8), [0x00, 0x3E, 0x00, 0xC0, 9]), File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void OffsetOf_EveryTensor_IsItsPlaceInTheFile()
    {
        var path = folder.File("model.safetensors");
        TensorInfo[] tensors = [.. Enumerable.Range(0, 20).Select(i => new TensorInfo($"t{i}", TensorType.Float32, [i]))];
        using var writer = SafetensorsWriter.Create(path, tensors);
        foreach (var tensor in tensors)
        {
            writer.Write(tensor.Name, [.. Enumerable.Repeat((float)tensor.ElementCount, (int)tensor.ElementCount)]);
        }

        writer.Finish();
        var bytes = File.ReadAllBytes(path);

        Assert.Equal(0, writer.OffsetOf("t0") % 64);
        Assert.Equal(writer.OffsetOf("t0"), 8 + (long)BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        Assert.All(tensors.Skip(1), tensor => Assert.Equal(
            tensor.ElementCount, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan((int)writer.OffsetOf(tensor.Name)))));
    }

    [Fact]
    public void Write_AnyTensorsInAnyPieces_ReadsBack()
    {
        var floats = Gen.Float.Where(float.IsFinite).Array[0, 200];
        Gen.Select(floats.Array[0, 8], Gen.Int[1, 64], Gen.Bool.Select(wide => wide ? TensorType.Float64 : TensorType.Float32)).Sample(
            (tensors, piece, type) =>
            {
                var path = folder.File(Guid.NewGuid() + ".safetensors");
                using (var writer = SafetensorsWriter.Create(
                    path, [.. tensors.Select((values, i) => new TensorInfo($"\"{i}\" é 🙂", type, [values.Length]))]))
                {
                    for (var i = tensors.Length - 1; i >= 0; i--)
                    {
                        foreach (var part in tensors[i].Chunk(piece))
                        {
                            writer.Write($"\"{i}\" é 🙂", part);
                        }
                    }

                    writer.Finish();
                }

                using var checkpoint = Checkpoint.Open(path);
                return tensors.Select((values, i) => checkpoint.Read($"\"{i}\" é 🙂").SequenceEqual(values)).All(same => same);
            },
            iter: 100);
    }

    [Theory]
    [InlineData(TensorType.BFloat16)]
    [InlineData(TensorType.Float16)]
    public void Write_Narrowed_RoundsLikeTheType(TensorType type)
    {
        float[] values = [.. Enumerable.Range(0, 200_000).Select(i => MathF.Sin(i) * 3)];
        var path = folder.File("model.safetensors");
        using (var writer = SafetensorsWriter.Create(path, [new("x", type, [values.Length])]))
        {
            writer.Write("x", values);
            writer.Finish();
        }

        using var checkpoint = Checkpoint.Open(path);
        var half = Math.Pow(2, type is TensorType.Float16 ? -11 : -8);
        Assert.All(checkpoint.Read("x").Zip(values), pair => Assert.InRange(pair.First - pair.Second, -2 * half, 2 * half));
        Assert.Equal(128 + (2L * values.Length), new FileInfo(path).Length);
    }

    [Fact]
    public void Finish_WithBytesMissing_NamesTheTensorAndLeavesNoFile()
    {
        var path = folder.File("model.safetensors");
        using (var writer = SafetensorsWriter.Create(path, [new("x", TensorType.Float32, [2]), new("y", TensorType.Float32, [2])]))
        {
            writer.Write("x", [1, 2]);
            writer.Write("y", [3]);

            var error = Assert.Throws<InvalidOperationException>(writer.Finish);
            Assert.Contains("'y' (Float32 [2]) lacks 4 of its 8 bytes", error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Write_WhatWasNotDeclared_IsRefused()
    {
        using var writer = SafetensorsWriter.Create(
            folder.File("model.safetensors"), [new("x", TensorType.Float32, [2]), new("i", TensorType.Int32, [1])]);

        Assert.Throws<ArgumentException>(() => writer.Write("y", [1]));
        Assert.Throws<ArgumentException>(() => writer.Write("i", [1]));
        Assert.Throws<ArgumentException>(() => writer.Write("x", [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => writer.OffsetOf("y"));
        writer.Write("x", [1, 2]);
        Assert.Throws<ArgumentException>(() => writer.WriteBytes("x", [0]));
    }

    [Fact]
    public void Create_WithBadDeclarations_IsRefused()
    {
        var path = folder.File("model.safetensors");
        TensorInfo tensor = new("x", TensorType.Float32, [2]);

        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Create(path, [tensor, tensor]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Create(path, [tensor with { Name = "__metadata__" }]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Create(path, [tensor with { Shape = [-1] }]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Create(path, [tensor with { Shape = [long.MaxValue, 3] }]));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Write_Twice_GivesTheSameBytes()
    {
        byte[] Written(string name)
        {
            using var writer = SafetensorsWriter.Create(
                folder.File(name), [new("x", TensorType.BFloat16, [3])], new Dictionary<string, string> { [name[..1]] = "same", ["é"] = "ü" });
            writer.Write("x", [1, 2, 3]);
            writer.Finish();
            return File.ReadAllBytes(folder.File(name));
        }

        Assert.Equal(Written("a1"), Written("a2"));
        Assert.Contains("\"é\":\"ü\"", Encoding.UTF8.GetString(Written("a3")), StringComparison.Ordinal);
    }
}
