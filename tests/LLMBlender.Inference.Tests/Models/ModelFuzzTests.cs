using System.Text;
using System.Text.Json.Nodes;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.PairRanker;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fuzzing;

namespace LLMBlender.Inference.Tests.Models;

/// <summary>Changed configs and manifests: the model works, or is refused with a <see cref="ModelException"/>.</summary>
public sealed class ModelFuzzTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("pairrm-tiny", "config.json", 40)]
    [InlineData("bert-tiny", "config.json", 40)]
    [InlineData("bart-tiny", "config.json", 30)]
    [InlineData("t5-tiny", "config.json", 30)]
    [InlineData("t5-tiny", "generation_config.json", 30)]
    public void Import_ChangedConfig_ImportsOrRefuses(string name, string file, int count)
    {
        var source = PackedFixture.Write(name, folder.File("source"));
        if (name == "t5-tiny")
        {
            folder.Write(Path.Combine("source", "spiece.model"), TokenizerFixture.Unpack("t5", "spiece.model.gz"));
        }

        var valid = File.ReadAllBytes(Path.Combine(source, file));
        Fuzz.Run<ModelException>(count, [valid], changed =>
        {
            folder.Write(Path.Combine("source", file), changed);
            Assert.NotEmpty(ModelImport.Import(source, folder.File("model"), Precision.Float32).Manifest.TensorHash);
        });
        Assert.Empty(Directory.GetDirectories(folder.Path).Select(Path.GetFileName).Except(["source", "model"]));
    }

    [Fact]
    public void Load_ChangedManifest_RanksOrRefuses()
    {
        var model = ModelImport.Import(Fixture.File("pairrm-tiny"), folder.File("model"), Precision.Float32).Path;
        var path = Path.Combine(model, ModelManifest.FileName);
        var valid = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        valid["calibration"] = JsonNode.Parse("""{"temperature":2,"pairs":10,"from":"f"}""");
        valid["consensus_weight"] = 2.5;

        Fuzz.Run<ModelException>(80, [Encoding.UTF8.GetBytes(valid.ToJsonString())], changed =>
        {
            folder.Write(Path.Combine("model", ModelManifest.FileName), changed);
            using var ranker = PairRankerModel.Load(model);
            var encoded = ranker.Encode("Say.", ["one", "two"]);
            var logits = new float[2];
            ranker.Compare([new Comparison(encoded, 0, 1), new Comparison(encoded, 1, 0)], logits);
            Assert.All(logits, static logit => Assert.True(float.IsFinite(logit)));
        });
    }
}
