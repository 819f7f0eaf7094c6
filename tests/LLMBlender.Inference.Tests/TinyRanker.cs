using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.PairRanker;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests;

/// <summary>The tiny reference ranker, imported once at each precision.</summary>
public sealed class TinyRanker : IDisposable
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
                ModelImport.Import(Fixture.File("pairrm-tiny"), target, precision);
            }

            return target;
        }
    }

    /// <summary>The model, loaded.</summary>
    public PairRankerModel Load(Precision precision = Precision.Float32, PairRankerOptions? options = null) =>
        PairRankerModel.Load(Folder(precision), options);

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();
}
