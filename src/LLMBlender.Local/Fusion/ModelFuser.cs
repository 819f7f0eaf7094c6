using System.Runtime.CompilerServices;
using LLMBlender.Core.Fusion;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.Models;

namespace LLMBlender.Local.Fusion;

/// <summary>A GenFuser model as a fuser, which disposes the model. Safe for concurrent use.</summary>
public sealed class ModelFuser : IFuser, IDisposable
{
    private readonly GenFuserModel model;
    private readonly SourceComposer composer;
    private readonly GenerationOptions generation;

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public ModelFuser(GenFuserModel model, ModelFuserOptions? options = null)
    {
        options ??= new ModelFuserOptions();
        this.model = model;
        var candidateMaxLength = options.CandidateMaxLength ?? model.Manifest.CandidateMaxLength!.Value;
        generation = new GenerationOptions
        {
            Beams = options.Beams,
            MaxNewTokens = options.MaxNewTokens ?? candidateMaxLength,
            BatchPrompts = options.BatchRequests,
        };
        generation.Check();
        composer = new SourceComposer(
            model.Tokenizer,
            FusionTemplate.Compose,
            options.MaxLength ?? model.Manifest.SourceMaxLength!.Value,
            candidateMaxLength,
            options.AsReference);
    }

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="Inference.ModelException">The model can't be loaded.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static ModelFuser Load(string folder, GenFuserOptions? options = null, ModelFuserOptions? fusing = null)
    {
        var model = Loading.Guard(folder, () => GenFuserModel.Load(folder, options));
        try
        {
            return new ModelFuser(model, fusing);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => model.Manifest.Id;

    /// <summary>The model's manifest.</summary>
    public ModelManifest Manifest => model.Manifest;

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    /// <summary>Returns the model's input for a request.</summary>
    /// <exception cref="ArgumentException">The candidates do not fit into the source's maximum length.</exception>
    public FuserSource Compose(FusionRequest request) => composer.Compose(request.Instruction, request.Input, request.Candidates);

    /// <inheritdoc/>
    public async IAsyncEnumerable<FusionPart> FuseAsync(FusionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var source = Compose(request);
        GeneratedText? whole = null;
        await foreach (var piece in model.StreamAsync(source.Ids, generation, text => whole = text, cancellationToken))
        {
            yield return new FusionPart(piece);
        }

        yield return new FusionPart("", Usage(source, whole!));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FusionAttempt>> FuseAllAsync(
        IReadOnlyList<FusionRequest> requests, CancellationToken cancellationToken = default)
    {
        var sources = new FuserSource?[requests.Count];
        var attempts = new FusionAttempt[requests.Count];
        for (var i = 0; i < sources.Length; i++)
        {
            try
            {
                sources[i] = Compose(requests[i]);
            }
            catch (ArgumentException e)
            {
                attempts[i] = new FusionAttempt("", FusionUsage.None, e.Message);
            }
        }

        int[] composed = [.. Enumerable.Range(0, sources.Length).Where(i => sources[i] is not null)];
        var texts = await GenerateAsync(Array.ConvertAll(composed, i => sources[i]!.Ids), cancellationToken);
        for (var i = 0; i < composed.Length; i++)
        {
            attempts[composed[i]] = texts[i] is { Text: { } text }
                ? new FusionAttempt(text.Text, Usage(sources[composed[i]]!, text))
                : new FusionAttempt("", FusionUsage.None, texts[i].Problem);
        }

        return attempts;
    }

    private static FusionUsage Usage(FuserSource source, GeneratedText text) => new(source.Ids.Length, text.NewTokens, text.ReachedLimit);

    private async Task<IReadOnlyList<(GeneratedText? Text, string? Problem)>> GenerateAsync(
        IReadOnlyList<int[]> prompts, CancellationToken cancellationToken)
    {
        try
        {
            var texts = await Task.Run(() => model.Generate(prompts, generation, cancellationToken: cancellationToken), cancellationToken);
            return [.. texts.Select(text => ((GeneratedText?)text[0], (string?)null))];
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return [.. prompts.Select(_ => ((GeneratedText?)null, (string?)e.Message))];
        }
    }
}
