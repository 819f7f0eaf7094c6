using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests;

/// <summary>The tiny reference T5, imported once for all tests.</summary>
public sealed class TinyFuserModel : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public TinyFuserModel() => ModelImport.Import(T5Fixture.Write(Checkpoint), Folder, Precision.Float32);

    /// <summary>The checkpoint that it comes from.</summary>
    public string Checkpoint => folder.File("checkpoint");

    /// <summary>The model folder.</summary>
    public string Folder => folder.File("models", "tiny-fuser");

    /// <summary>The folder of models that it is in.</summary>
    public string Models => folder.File("models");

    public void Dispose() => folder.Dispose();
}
