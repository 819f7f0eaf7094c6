using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests;

/// <summary>The tiny reference T5, imported once at each precision.</summary>
public sealed class TinyFuser : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Where the imported model is.</summary>
    public string Folder(Precision precision)
    {
        lock (folder)
        {
            var target = folder.File(PrecisionNames.Of(precision));
            if (!Directory.Exists(target))
            {
                ModelImport.Import(T5Fixture.Write(folder.File("checkpoint")), target, precision);
            }

            return target;
        }
    }

    /// <summary>The model, loaded.</summary>
    public GenFuserModel Load(Precision precision = Precision.Float32, GenFuserOptions? options = null) =>
        GenFuserModel.Load(Folder(precision), options);

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();
}
