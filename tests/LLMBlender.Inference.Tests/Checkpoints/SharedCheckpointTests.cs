using LLMBlender.Inference.Checkpoints;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Checkpoints;

public sealed class SharedCheckpointTests
{
    [Theory]
    [InlineData("deberta-tiny", "embeddings.word_embeddings.weight", 4100, 64)]
    [InlineData("pairrm-tiny", "pretrained_model.embeddings.word_embeddings.weight", 4005, 64)]
    [InlineData("t5-tiny", "shared.weight", 1528, 64)]
    public void Open_ReferenceModel_HasItsEmbedding(string model, string name, int rows, int columns)
    {
        Assert.SkipUnless(SharedFolder.Exists, SharedFolder.SkipReason);
        using var checkpoint = Checkpoint.Open(SharedFolder.File("parity", model));

        Assert.Equal(new TensorInfo(name, TensorType.Float32, [rows, columns]), checkpoint.Find(name));
    }

    [Fact]
    public void Open_EveryReferenceModel_SurvivesRewriting()
    {
        Assert.SkipUnless(SharedFolder.Exists, SharedFolder.SkipReason);
        using var folder = new TemporaryFolder();
        string[] models = [.. Directory.EnumerateFiles(SharedFolder.File("parity"), "model.safetensors", SearchOption.AllDirectories)];
        Assert.NotEmpty(models);
        foreach (var model in models)
        {
            using var checkpoint = Checkpoint.Open(model);
            var copy = folder.File("copy.safetensors");
            using (var writer = SafetensorsWriter.Create(copy, [.. checkpoint.Tensors.Values]))
            {
                Assert.All(checkpoint.Tensors.Keys, name => writer.Write(name, checkpoint.Read(name)));
                writer.Finish();
            }

            using var copied = Checkpoint.Open(copy);
            Assert.Equal(checkpoint.Tensors.Values, copied.Tensors.Values);
            Assert.All(checkpoint.Tensors.Keys, name => Assert.Equal(checkpoint.Read(name), copied.Read(name)));
            Assert.All(checkpoint.Tensors.Keys, name => Assert.All(checkpoint.Read(name), value => Assert.True(float.IsFinite(value))));
        }
    }
}
