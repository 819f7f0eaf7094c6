using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace LLMBlender.Training.Tests.Network;

/// <summary>A JSON file of reference cases whose tensors lie in a .bin file beside it.</summary>
internal sealed class ReferenceCases : IDisposable
{
    private readonly FileStream tensors;

    public ReferenceCases(string file)
    {
        Json = JsonNode.Parse(File.ReadAllText(file))!;
        tensors = File.OpenRead(Path.Combine(Path.GetDirectoryName(file)!, Json["tensors"]!.GetValue<string>()));
    }

    public JsonNode Json { get; }

    public Tensor Floats(JsonNode pointer) => tensor(MemoryMarshal.Cast<byte, float>(Bytes(pointer)).ToArray(), Shape(pointer));

    public Tensor Ints(JsonNode pointer) =>
        tensor([.. MemoryMarshal.Cast<byte, int>(Bytes(pointer)).ToArray().Select(i => (long)i)], Shape(pointer));

    public void Dispose() => tensors.Dispose();

    private static long[] Shape(JsonNode pointer) => [.. pointer["shape"]!.AsArray().Select(n => n!.GetValue<long>())];

    private byte[] Bytes(JsonNode pointer)
    {
        byte[] bytes = new byte[pointer["bytes"]!.GetValue<int>()];
        tensors.Position = pointer["offset"]!.GetValue<long>();
        tensors.ReadExactly(bytes);
        return bytes;
    }
}
