using LLMBlender.Inference.Encoder;

namespace LLMBlender.Local.Panels;

/// <summary>Gives the features of questions: the last states of a reward model's encoder on the question alone.</summary>
public sealed class QuestionEncoder : IDisposable
{
    private readonly ClassifierModel model;

    private QuestionEncoder(ClassifierModel model) => this.model = model;

    /// <summary>The hash of the model's weights: another model's features mean something else.</summary>
    public string Hash => model.Manifest.TensorHash;

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="Inference.ModelException">The folder holds no reward model, or one whose graph returns no features.</exception>
    public static QuestionEncoder Load(string folder, EncoderOptions? options = null)
    {
        var encoder = new QuestionEncoder(ClassifierModel.Load(folder, options));
        try
        {
            encoder.Features(["?"], CancellationToken.None);
            return encoder;
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>The features of each question.</summary>
    public float[][] Features(IReadOnlyList<string> questions, CancellationToken cancellationToken) => model.Features(questions, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
