using System.Text.Json.Nodes;

namespace LLMBlender.TestKit;

/// <summary>The tiny T5 among the fixtures, whose tokenizer lies packed with the others.</summary>
public static class T5Fixture
{
    /// <summary>Its folder of reference cases.</summary>
    public static string Cases => Fixture.File("t5-tiny", "cases");

    /// <summary>Writes the checkpoint with a tokenizer: <c>t5</c>, or <c>t5-whitespacesplit</c>, the older layout.</summary>
    /// <returns>The folder.</returns>
    public static string Write(string folder, string tokenizer = "t5")
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(Fixture.File("t5-tiny")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), TokenizerFixture.TokenizerJson(tokenizer).ToJsonString());
        return folder;
    }

    /// <summary>The recorded calls of LLM-Blender's fuser.</summary>
    public static JsonArray FuserSets() =>
        JsonNode.Parse(Fixture.Unpack("t5-tiny", "cases", "fuser.json.gz"))!["sets"]!.AsArray();
}
