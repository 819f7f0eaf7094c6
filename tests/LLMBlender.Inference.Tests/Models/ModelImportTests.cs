using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Inference.Sessions;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Models;

public sealed class ModelImportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.Float16)]
    [InlineData(Precision.Int8)]
    [InlineData(Precision.Int8Weights)]
    public void Import_Twice_GivesTheSameBytes(Precision precision)
    {
        var first = ModelImport.Import(Tiny, folder.File("a", "model"), precision).Path;
        var second = ModelImport.Import(Tiny, folder.File("b", "model"), precision).Path;

        Assert.Equal(Directory.GetFiles(first).Select(Path.GetFileName).Order(), Directory.GetFiles(second).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(first), file =>
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(second, Path.GetFileName(file)))));
    }

    [Fact]
    public void Import_OfAnImportedModel_GivesTheSameWeights()
    {
        var first = ModelImport.Import(Tiny, folder.File("first"), Precision.Float32);
        var second = ModelImport.Import(first.Path, folder.File("second"), Precision.Float32);

        Assert.Equal(first.Manifest.TensorHash, second.Manifest.TensorHash);
    }

    [Fact]
    public void Import_BlenderLayoutBesideItsBackbone_ComparesAsTheHuggingFaceLayout()
    {
        WriteBlenderLayout("backbone-tiny");
        var hf = ModelImport.Import(Tiny, folder.File("hf"), Precision.Float32).Path;
        var blender = ModelImport.Import(folder.File("ranker"), folder.File("blender"), Precision.Float32).Path;

        Assert.Equal(Logit(hf), Logit(blender));
    }

    [Theory]
    [InlineData("ranker/", null)]
    [InlineData("ranker/", "backbone-tiny/")]
    [InlineData("./ranker", "backbone-tiny")]
    [InlineData("backbone-tiny/../ranker//", null)]
    public void Import_FolderAsAShellWritesIt_IsTheSameModel(string source, string? backbone)
    {
        WriteBlenderLayout("backbone-tiny");
        var expected = ModelImport.Import(folder.File("ranker"), folder.File("a"), Precision.Float32).Manifest;

        var actual = ModelImport.Import(
            folder.Path + "/" + source, folder.File("b") + "/", Precision.Float32, backbone is null ? null : folder.Path + "/" + backbone).Manifest;

        Assert.Equal(("ranker (PairRM layout)", "b"), (actual.Origin, actual.Id));
        Assert.Equal((expected.Origin, expected.TensorHash), (actual.Origin, actual.TensorHash));
    }

    [Fact]
    public void Import_BlenderLayoutWithoutBackbone_NamesTheFieldAndTheOption()
    {
        WriteBlenderLayout("backbone-tiny");
        Directory.Move(folder.File("backbone-tiny"), folder.File("elsewhere"));

        var e = Assert.Throws<ModelException>(() => ModelImport.Import(folder.File("ranker"), folder.File("model"), Precision.Float32));

        Assert.Contains("\"model_name\" is \"someone/backbone-tiny\"", e.Message, StringComparison.Ordinal);
        Assert.Contains("--backbone", e.Message, StringComparison.Ordinal);
        ModelImport.Import(folder.File("ranker"), folder.File("model"), Precision.Float32, folder.File("elsewhere"));
    }

    [Fact]
    public void Import_ConfigAgainstTensors_NamesTensorAndBothShapes()
    {
        var source = folder.CopyOf(Tiny, "source");
        Change(source, "intermediate_size", 96);

        var e = Assert.Throws<ModelException>(() => ModelImport.Import(source, folder.File("model"), Precision.Float32));

        Assert.Contains("pretrained_model.encoder.layer.0.intermediate.dense.weight has shape [128, 64]", e.Message, StringComparison.Ordinal);
        Assert.Contains("[96, 64]", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_Fails_LeavesTheOldModelAndNothingElse()
    {
        var target = ModelImport.Import(Tiny, folder.File("out", "model"), Precision.Float32).Path;
        var before = File.ReadAllBytes(Path.Combine(target, ModelManifest.FileName));
        var source = folder.CopyOf(Tiny, "source");
        Change(source, "intermediate_size", 96);

        Assert.Throws<ModelException>(() => ModelImport.Import(source, target, Precision.Float32));

        Assert.Equal(before, File.ReadAllBytes(Path.Combine(target, ModelManifest.FileName)));
        Assert.Equal([target], Directory.GetFileSystemEntries(folder.File("out")));
        ModelFolder.Open(target);
    }

    [Fact]
    public void Import_IntoAFolderOfSomethingElse_IsRefused()
    {
        Directory.CreateDirectory(folder.File("precious"));
        File.WriteAllText(folder.File("precious", "thesis.txt"), "years of work");

        Assert.Throws<ModelException>(() => ModelImport.Import(Tiny, folder.File("precious"), Precision.Float32));

        Assert.True(File.Exists(folder.File("precious", "thesis.txt")));
    }

    [Theory]
    [InlineData("manifest.json", """{"name": "My web app", "start_url": "."}""")]
    [InlineData("manifest.json", """{"format": 1, "kind": "pair-ranker"}""")]
    [InlineData("manifest.json", """{"format": 1, "kind": "pair-ranker", "id": "x", "origin": "x", "tensor_hash": "x", "precision": "fp32", "files": null}""")]
    [InlineData("manifest.json", "")]
    [InlineData("manifest.json", "[]")]
    public void Import_IntoAFolderWithAnotherManifest_IsRefusedAndLeavesIt(string name, string content)
    {
        Directory.CreateDirectory(folder.File("app", "src"));
        File.WriteAllText(folder.File("app", name), content);
        File.WriteAllText(folder.File("app", "src", "app.js"), "precious");

        var e = Assert.Throws<ModelException>(() => ModelImport.Import(Tiny, folder.File("app"), Precision.Float32));

        Assert.Contains(folder.File("app"), e.Message, StringComparison.Ordinal);
        Assert.Equal((content, "precious"), (File.ReadAllText(folder.File("app", name)), File.ReadAllText(folder.File("app", "src", "app.js"))));
        Assert.Equal([folder.File("app")], Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("README.md", false)]
    [InlineData("cases", true)]
    [InlineData(".git", true)]
    public void Import_OverAModelWithOtherFiles_IsRefusedByTheirName(string name, bool isFolder)
    {
        var target = ModelImport.Import(Tiny, folder.File("model"), Precision.Float32).Path;
        var own = Path.Combine(target, name);
        if (isFolder)
        {
            Directory.CreateDirectory(own);
            own = Path.Combine(own, "kept");
        }

        File.WriteAllText(own, "mine");

        var e = Assert.Throws<ModelException>(() => ModelImport.Import(Tiny, target, Precision.Int8));

        Assert.Contains($"contains '{name}', which is not part of a model", e.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(own));
        Assert.Equal("fp32", ModelManifest.Read(target).Precision);
    }

    [Fact]
    public void Import_OverALinkToAModel_ReplacesWhatItPointsTo()
    {
        var target = ModelImport.Import(Tiny, folder.File("real"), Precision.Float32).Path;
        Directory.CreateSymbolicLink(folder.File("link"), target);

        ModelImport.Import(Tiny, folder.File("link"), Precision.Int8);

        Assert.Equal("int8", ModelManifest.Read(target).Precision);
        Assert.Equal([folder.File("link"), target], Directory.GetFileSystemEntries(folder.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("vocab.txt")]
    [InlineData("encoder.onnx")]
    public void Open_FileThatWouldBeLoadedAndIsNotListed_IsRefusedByName(string name)
    {
        var model = ModelImport.Import(Tiny, folder.File("model"), Precision.Float32).Path;
        File.WriteAllText(Path.Combine(model, name), "{}");

        var e = Assert.Throws<ModelException>(() => PairRankerModel.Load(model));

        Assert.Contains(Path.Combine(model, name), e.Message, StringComparison.Ordinal);
        Assert.Contains("not in its manifest", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_GraphTakenOutOfTheManifest_IsRefused()
    {
        var model = ModelImport.Import(Tiny, folder.File("model"), Precision.Float32).Path;
        ChangeManifest(model, manifest => manifest["files"]!.AsObject().Remove("graph.onnx"));

        Assert.Contains("graph.onnx", Assert.Throws<ModelException>(() => ModelFolder.Open(model)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("source_max_length", -1)]
    [InlineData("source_max_length", 0)]
    [InlineData("candidate_max_length", -5)]
    [InlineData("candidate_max_length", 2147483648)]
    public void Open_LengthOutOfRange_IsRefusedByName(string field, long value)
    {
        var model = ModelImport.Import(Tiny, folder.File("model"), Precision.Float32).Path;
        ChangeManifest(model, manifest => manifest[field] = value);

        Assert.Contains(field, Assert.Throws<ModelException>(() => ModelFolder.Open(model)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("graph.onnx")]
    [InlineData("model.safetensors")]
    [InlineData("spm.model")]
    [InlineData("config.json")]
    public void Load_FileChanged_IsRefusedByName(string name)
    {
        var model = ModelImport.Import(Tiny, folder.File("model"), Precision.Float32).Path;
        var bytes = File.ReadAllBytes(Path.Combine(model, name));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(Path.Combine(model, name), bytes);

        var e = Assert.Throws<ModelException>(() => PairRankerModel.Load(model));

        Assert.Contains(Path.Combine(model, name), e.Message, StringComparison.Ordinal);
        Assert.Contains("SHA-256", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_Encoder_GivesTheReferencesHiddenStates()
    {
        Assert.SkipUnless(SharedFolder.Exists, SharedFolder.SkipReason);
        var source = SharedFolder.File("parity", "deberta-tiny");
        using var encoder = EncoderModel.Load(
            ModelImport.Import(source, folder.File("encoder"), Precision.Float32).Path, Accelerator.Cpu);
        var cases = JsonNode.Parse(File.ReadAllBytes(Path.Combine(source, "cases", "cases.json")))!["cases"]!.AsArray();
        var tensors = File.ReadAllBytes(Path.Combine(source, "cases", "tensors.bin"));

        Assert.All(cases, reference =>
        {
            var ids = Integers(reference!["input_ids"]!, tensors);
            var mask = Integers(reference["attention_mask"]!, tensors);
            var expected = Values<float>(reference["last_hidden_state"]!, tensors);
            var actual = encoder.Encode(ids, mask, mask.Length / reference["lengths"]!.AsArray().Count);
            var hidden = actual.Length / ids.Length;
            Assert.Equal(expected.Length, actual.Length);
            var differences = actual.Select((value, i) => mask[i / hidden] == 0 ? 0 : Math.Abs(value - expected[i]));
            Assert.InRange(differences.Max(), 0, 2e-5f);
        });
    }

    public void Dispose() => folder.Dispose();

    private static string Tiny => Fixture.File("pairrm-tiny");

    private static int[] Integers(JsonNode value, byte[] tensors) => value is JsonArray rows
        ? [.. rows.SelectMany(row => row!.AsArray().Select(id => id!.GetValue<int>()))]
        : Values<int>(value, tensors);

    private static T[] Values<T>(JsonNode value, byte[] tensors)
        where T : struct =>
        MemoryMarshal.Cast<byte, T>(tensors.AsSpan(value["offset"]!.GetValue<int>(), value["bytes"]!.GetValue<int>())).ToArray();

    private static float Logit(string model)
    {
        using var ranker = PairRankerModel.Load(model);
        var logit = new float[1];
        ranker.Compare([new Comparison(ranker.Encode("Two and two?", ["Four.", "Five, I think."]), 0, 1)], logit);
        return logit[0];
    }

    private static void ChangeManifest(string model, Action<JsonObject> change)
    {
        var path = Path.Combine(model, ModelManifest.FileName);
        var json = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    private static void Change(string source, string field, JsonNode value)
    {
        var path = Path.Combine(source, "config.json");
        var json = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        json[field] = value;
        File.WriteAllText(path, json.ToJsonString());
    }

    // The tiny ranker as llm-blender/PairRM lays itself out: a config that only names its backbone, in a folder beside it.
    private void WriteBlenderLayout(string backbone)
    {
        var full = JsonNode.Parse(File.ReadAllBytes(Path.Combine(Tiny, "config.json")))!.AsObject();
        Directory.CreateDirectory(folder.File("ranker"));
        File.Copy(Path.Combine(Tiny, "model.safetensors"), folder.File("ranker", "model.safetensors"));
        File.WriteAllText(
            folder.File("ranker", "config.json"),
            $$"""{"ranker_type":"pairranker","model_type":"deberta","model_name":"someone/{{backbone}}","source_maxlength":1224,"candidate_maxlength":412,"n_tasks":1,"reduce_type":"linear"}""");

        Directory.CreateDirectory(folder.File(backbone));
        foreach (var own in (string[])["architectures", "source_prefix_id", "cand1_prefix_id", "cand2_prefix_id", "cand_prefix_id", "n_tasks"])
        {
            full.Remove(own);
        }

        full["vocab_size"] = 4100;
        File.WriteAllText(folder.File(backbone, "config.json"), full.ToJsonString());
        File.Copy(Path.Combine(Tiny, "spm.model"), folder.File(backbone, "spm.model"));
        File.WriteAllText(folder.File(backbone, "tokenizer_config.json"), """{"do_lower_case": false, "vocab_type": "spm"}""");
    }
}
