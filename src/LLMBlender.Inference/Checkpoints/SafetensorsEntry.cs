using System.Collections.Immutable;
using System.Text.Json;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>One tensor in a safetensors header; its bytes are in [Begin, End), counted from the start of the data.</summary>
internal sealed record SafetensorsEntry(TensorInfo Tensor, long Begin, long End)
{
    /// <summary>Reads an entry and checks that its byte range matches its type and shape.</summary>
    public static SafetensorsEntry Parse(string path, string name, JsonElement entry)
    {
        if (entry.ValueKind is not JsonValueKind.Object)
        {
            throw Refuse($"is not an object but {entry.ValueKind}");
        }

        var shape = Integers("shape");
        var places = Integers("data_offsets");
        var type = Type();
        if (TensorInfo.Problem(type, shape.AsSpan()) is { } problem)
        {
            throw Refuse(problem);
        }

        if (places is not [>= 0 and var begin, >= 0 and var end] || end < begin)
        {
            throw Refuse($"has data_offsets [{string.Join(", ", places)}], and they are a beginning and an end");
        }

        var tensor = new TensorInfo(name, type, shape);
        return end - begin == tensor.ByteCount
            ? new SafetensorsEntry(tensor, begin, end)
            : throw new ModelException(
                path,
                $"{tensor} has data_offsets [{begin}, {end}], {end - begin} bytes, and its type and shape need "
                + $"{tensor.ByteCount}");

        TensorType Type()
        {
            if (!entry.TryGetProperty("dtype", out var value) || value.ValueKind is not JsonValueKind.String)
            {
                throw Refuse("has no 'dtype' text");
            }

            return SafetensorsTypes.TryParse(value.GetString()!, out var type) ? type : throw Refuse(
                $"has the dtype {Quote.Of(value.GetString()!)}, and only {SafetensorsTypes.Known} are known");
        }

        ImmutableArray<long> Integers(string field)
        {
            if (!entry.TryGetProperty(field, out var value) || value.ValueKind is not JsonValueKind.Array)
            {
                throw Refuse($"has no '{field}' array");
            }

            var numbers = ImmutableArray.CreateBuilder<long>(value.GetArrayLength());
            foreach (var item in value.EnumerateArray())
            {
                numbers.Add(item.ValueKind is JsonValueKind.Number && item.TryGetInt64(out var number)
                    ? number
                    : throw Refuse(
                        $"has {Quote.Of(item.GetRawText())} in its {field}, and those are integers under 2^63"));
            }

            return numbers.MoveToImmutable();
        }

        ModelException Refuse(string problem) => new(path, $"tensor {Quote.Of(name)} {problem}");
    }
}
