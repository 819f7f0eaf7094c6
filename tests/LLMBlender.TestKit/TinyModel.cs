using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;

namespace LLMBlender.TestKit;

/// <summary>The tiny reference ranker, imported once for all tests.</summary>
public sealed class TinyModel : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public TinyModel() => ModelImport.Import(Checkpoint, Folder, Precision.Float32);

    /// <summary>The checkpoint that it comes from.</summary>
    public static string Checkpoint => Fixture.File("pairrm-tiny");

    /// <summary>The model folder.</summary>
    public string Folder => folder.File("models", "tiny");

    /// <summary>The folder of models that it is in.</summary>
    public string Models => folder.File("models");

    public void Dispose() => folder.Dispose();
}
