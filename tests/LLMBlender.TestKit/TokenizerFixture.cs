using System.Text.Json.Nodes;

namespace LLMBlender.TestKit;

/// <summary>The packed tokenizers and reference cases among the fixtures.</summary>
public static class TokenizerFixture
{
    /// <summary>The bytes of a packed fixture below <c>tokenizers/</c>.</summary>
    public static byte[] Unpack(params string[] parts) => Fixture.Unpack(["tokenizers", .. parts]);

    /// <summary>A packed tokenizer.json as it was, with its character map.</summary>
    public static JsonObject TokenizerJson(string name)
    {
        JsonObject json = JsonNode.Parse(Unpack(name, "tokenizer.json.gz"))!.AsObject();
        FillCharsMap(json["normalizer"]);
        return json;
    }

    /// <summary>Puts the character map into every normalizer that lacks its own.</summary>
    public static void FillCharsMap(JsonNode? normalizer)
    {
        if (normalizer?["precompiled_charsmap"] is not null)
        {
            normalizer["precompiled_charsmap"] = Convert.ToBase64String(CharsMap());
        }

        foreach (JsonNode? inner in normalizer?["normalizers"]?.AsArray() ?? [])
        {
            FillCharsMap(inner);
        }
    }

    /// <summary>The records of a packed JSON Lines file below <c>tokenizers/</c>.</summary>
    public static IEnumerable<JsonNode> Records(params string[] parts)
    {
        using var reader = new StreamReader(new MemoryStream(Unpack(parts)));
        while (reader.ReadLine() is { } line)
        {
            yield return JsonNode.Parse(line)!;
        }
    }

    // normalizer_spec is field 3 of the model, precompiled_charsmap field 2 of it.
    private static byte[] CharsMap()
    {
        var input = new Google.Protobuf.CodedInputStream(File.ReadAllBytes(Fixture.File("pairrm-tiny", "spm.model")));
        return Field(Field(input, 3).CreateCodedInput(), 2).ToByteArray();
    }

    private static Google.Protobuf.ByteString Field(Google.Protobuf.CodedInputStream message, uint number)
    {
        while (message.ReadTag() is var tag and not 0)
        {
            if (tag == ((number << 3) | 2))
            {
                return message.ReadBytes();
            }

            message.SkipLastField();
        }

        throw new InvalidDataException($"the message has no field {number}");
    }
}
