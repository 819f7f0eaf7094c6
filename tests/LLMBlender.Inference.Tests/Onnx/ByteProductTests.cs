using System.Runtime.InteropServices;
using Google.Protobuf;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.Wire;
using LLMBlender.Inference.Sessions;
using LLMBlender.TestKit;
using Microsoft.ML.OnnxRuntime;
using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Tests.Onnx;

/// <summary>
/// int8 models multiply unsigned bytes with weights of seven bits. AVX2, and AVX-512 without VNNI, add two such products in sixteen bits, which saturate: with weights of eight bits sums
/// would be wrong there without any error.
/// </summary>
public sealed class ByteProductTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ProductLimit_TwoProductsOfTheLargestBytes_FitSixteenBits()
    {
        Assert.InRange(2 * byte.MaxValue * StoredWeights.ProductLimit, 0, short.MaxValue);
        Assert.True(2 * byte.MaxValue * sbyte.MaxValue > short.MaxValue);
    }

    [Theory]
    [InlineData(1, 64, 16)]
    [InlineData(7, 768, 40)]
    [InlineData(33, 3072, 96)]
    public void Multiply_LargestBytes_IsExactOnThisProcessor(int rows, int inner, int columns)
    {
        var random = new Random(rows);
        byte[] left = [.. Enumerable.Range(0, rows * inner).Select(_ => (byte)(random.Next(3) == 0 ? random.Next(1, 256) : byte.MaxValue))];
        sbyte[] right = [.. Enumerable.Range(0, inner * columns).Select(i => (sbyte)(i % columns == 0 || random.Next(2) == 0 ? StoredWeights.ProductLimit : -random.Next(1, StoredWeights.ProductLimit + 1)))];

        var sums = Multiply(left, right, rows, inner, columns);

        for (var i = 0; i < sums.Length; i++)
        {
            var sum = 0;
            for (var k = 0; k < inner; k++)
            {
                sum += (left[(i / columns * inner) + k] - 128) * right[(k * columns) + (i % columns)];
            }

            Assert.Equal(sum, sums[i]);
        }
    }

    // The operator of DenseLayers, with scales of 1.
    private float[] Multiply(byte[] left, sbyte[] right, int rows, int inner, int columns)
    {
        var graph = new GraphProto { Name = "products" };
        graph.Input.Add(Value("left", DataType.Uint8, rows, inner));
        graph.Output.Add(Value("sums", DataType.Float, rows, columns));
        graph.Initializer.Add(new TensorProto { Name = "right", DataType = (int)DataType.Int8, Dims = { inner, columns }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<sbyte>(right)) });
        graph.Initializer.Add(new TensorProto { Name = "one", DataType = (int)DataType.Float, RawData = ByteString.CopyFrom(BitConverter.GetBytes(1f)) });
        graph.Initializer.Add(new TensorProto { Name = "zero", DataType = (int)DataType.Uint8, RawData = ByteString.CopyFrom([128]) });
        graph.Node.Add(new NodeProto { OpType = "MatMulIntegerToFloat", Domain = "com.microsoft", Name = "product", Input = { "left", "right", "one", "one", "zero" }, Output = { "sums" } });
        var model = new ModelProto { IrVersion = 10, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 21 });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        File.WriteAllBytes(folder.File("products.onnx"), model.ToByteArray());

        using var session = new OnnxSession(folder.File("products.onnx"), Accelerator.Cpu, threads: 1);
        using var input = OrtValue.CreateTensorValueFromMemory(left, [rows, inner]);
        using var outputs = session.Run(["left"], [input], ["sums"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static ValueInfoProto Value(string name, DataType type, params int[] shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var size in shape)
        {
            dimensions.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = size });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions } } };
    }
}
