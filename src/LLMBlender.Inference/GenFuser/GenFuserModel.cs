using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx.T5;
using LLMBlender.Inference.Tokenization;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// A sequence-to-sequence model, such as the GenFuser (LLM-Blender, section 4): a text in, a text out. The prompt is
/// encoded once; each further token costs one step of the decoder. Safe for concurrent use.
/// </summary>
public sealed class GenFuserModel : IDisposable
{
    private readonly Generator generator;
    private readonly T5Config config;
    private readonly GeneratorTokens tokens;
    private readonly int maxPromptTokens;

    private GenFuserModel(ModelManifest manifest, T5Config config, Tokenizer tokenizer, Generator generator, int maxPromptTokens)
    {
        (Manifest, Tokenizer, this.config, this.generator, this.maxPromptTokens) = (manifest, tokenizer, config, generator, maxPromptTokens);
        tokens = manifest.GeneratorTokens!;
    }

    /// <summary>What the model's folder says of it.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Turns texts into the model's ids, and back.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>How many ids a token can have: logits of a row.</summary>
    public int VocabularySize => config.VocabularySize;

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="ModelException">The folder is not a sound gen-fuser.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static GenFuserModel Load(string folder, GenFuserOptions? options = null)
    {
        options ??= new GenFuserOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPromptTokens, 1);
        var model = ModelFolder.Open(folder, ModelKind.GenFuser);
        if (model.Manifest is not { GeneratorTokens: not null, SourceMaxLength: not null, CandidateMaxLength: not null })
        {
            throw new ModelException(
                Path.Combine(folder, ModelManifest.FileName), "lacks generator_tokens or lengths, and a gen-fuser needs them");
        }

        var config = T5Config.Read(model.ReadConfig());
        var tokenizer = Tokenizer.Load(folder);
        var generator = Generator.Load(model, config, options);
        return new GenFuserModel(model.Manifest, config, tokenizer, generator, options.MaxPromptTokens);
    }

    /// <summary>Generates for every prompt; neighbours in a batch change nothing beyond the last digits of single precision.</summary>
    /// <param name="prompts">Token ids of each, with the special tokens that the checkpoint's tokenizer adds.</param>
    /// <param name="options">How.</param>
    /// <param name="completed">Called after each batch with how many prompts it held.</param>
    /// <param name="cancellationToken">Looked at before each step; a step at work is ended.</param>
    /// <returns>For each prompt its sequences, best first.</returns>
    /// <exception cref="ArgumentException">A prompt is empty or too long, or an option is out of range.</exception>
    public IReadOnlyList<IReadOnlyList<GeneratedText>> Generate(
        IReadOnlyList<int[]> prompts, GenerationOptions options, Action<int>? completed = null, CancellationToken cancellationToken = default)
    {
        options.Check();
        for (var i = 0; i < prompts.Count; i++)
        {
            CheckPrompt(prompts[i], prompts.Count == 1 ? "the prompt" : $"prompt {i}");
        }

        // Like lengths go together, so that little is computed for padding.
        var results = new IReadOnlyList<GeneratedText>[prompts.Count];
        foreach (var batch in Enumerable.Range(0, prompts.Count).OrderBy(i => prompts[i].Length).Chunk(options.BatchPrompts))
        {
            var searches = Array.ConvertAll(batch, i => Search.For(options, tokens, config.VocabularySize, i));
            generator.Run(Array.ConvertAll(batch, i => prompts[i]), searches, options.MaxNewTokens, static () => { }, cancellationToken);
            for (var i = 0; i < batch.Length; i++)
            {
                results[batch[i]] = [.. searches[i].Finish().Select(found => Describe(found.Ids, found.Score))];
            }

            completed?.Invoke(batch.Length);
        }

        return results;
    }

    /// <summary>
    /// Generates for one prompt, and gives the text piece by piece as soon as nothing can change it any more, which in a
    /// beam search is where all beams agree. The pieces together are the best sequence's text.
    /// </summary>
    /// <param name="prompt">Token ids.</param>
    /// <param name="options">How; one sequence comes back.</param>
    /// <param name="finished">Called with the generated text before the last piece is returned.</param>
    /// <param name="cancellationToken">Looked at before each step; a step at work is ended.</param>
    /// <exception cref="ArgumentException">The prompt is empty or too long, or an option is out of range.</exception>
    public IAsyncEnumerable<string> StreamAsync(
        int[] prompt, GenerationOptions options, Action<GeneratedText>? finished = null, CancellationToken cancellationToken = default)
    {
        options.Check();
        CheckPrompt(prompt, "the prompt");
        return StreamCheckedAsync(prompt, options with { ReturnSequences = 1 }, finished, cancellationToken);
    }

    /// <summary>Logits after each of the decoder's tokens, teacher-forced.</summary>
    /// <param name="prompt">Token ids.</param>
    /// <param name="decoderIds">The start token and those after it.</param>
    /// <returns>[tokens, vocabulary], row-major.</returns>
    public float[] Score(int[] prompt, int[] decoderIds)
    {
        CheckPrompt(prompt, "the prompt");
        using var options = new RunOptions();
        using var encoded = generator.Encode([prompt], options);
        using var decoder = generator.Begin(encoded, 1, decoderIds.Length);
        return decoder.Step(decoderIds, options).ToArray();
    }

    /// <summary>Why the model doesn't take a prompt, as the rest of a sentence that begins with its name; null where it does.</summary>
    public string? ProblemOf(int[] prompt)
    {
        if (prompt.Length == 0)
        {
            return "has no tokens, and must have at least one";
        }

        if (prompt.Length > maxPromptTokens)
        {
            return $"has {prompt.Length} tokens, and must have at most {maxPromptTokens}";
        }

        return Array.FindIndex(prompt, id => id < 0 || id >= config.VocabularySize) is >= 0 and var at
            ? $"has id {prompt[at]}, and ids must be from 0 to {config.VocabularySize - 1}"
            : null;
    }

    /// <summary>The encoder's last hidden states, [prompts, longest prompt, hidden], row-major; those of padding mean nothing.</summary>
    public float[] Encode(IReadOnlyList<int[]> prompts) => generator.States(prompts);

    /// <inheritdoc/>
    public void Dispose() => generator.Dispose();

    /// <summary>A decoder over prompts, to be stepped by hand: for measuring.</summary>
    internal (EncodedPrompts Prompts, Decoder Decoder) Begin(IReadOnlyList<int[]> prompts, int rowsPerPrompt, int limit)
    {
        using var options = new RunOptions();
        var encoded = generator.Encode(prompts, options);
        return (encoded, Begin(encoded, rowsPerPrompt, limit));
    }

    /// <summary>Another decoder over the same prompts.</summary>
    internal Decoder Begin(EncodedPrompts prompts, int rowsPerPrompt, int limit) => generator.Begin(prompts, rowsPerPrompt, limit);

    private void CheckPrompt(int[] prompt, string name)
    {
        if (ProblemOf(prompt) is { } problem)
        {
            throw new ArgumentException($"{name} {problem}", nameof(prompt));
        }
    }

    private async IAsyncEnumerable<string> StreamCheckedAsync(
        int[] prompt, GenerationOptions options, Action<GeneratedText>? finished, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Disposing the enumerator stops the decoder.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var generating = Task.Run(() => Stream(prompt, options, finished, pieces.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(cancellationToken))
            {
                yield return piece;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await generating;
        }
    }

    private void Stream(
        int[] prompt, GenerationOptions options, Action<GeneratedText>? finished, ChannelWriter<string> pieces, CancellationToken stop)
    {
        try
        {
            var text = new TextStream(Tokenizer);
            var search = Search.For(options, tokens, config.VocabularySize, 0);
            generator.Run([prompt], [search], options.MaxNewTokens, () => Send(text.Append(search.Certain)), stop);
            var (ids, score) = search.Finish()[0];
            finished?.Invoke(Describe(ids, score));
            Send(text.Finish(ids.AsSpan(1)));
            pieces.Complete();
        }
        catch (Exception e)
        {
            pieces.Complete(e);
        }

        void Send(string piece)
        {
            if (piece.Length > 0)
            {
                pieces.TryWrite(piece);
            }
        }
    }

    private GeneratedText Describe(int[] ids, double score) =>
        new(ids, Tokenizer.Decode(ids.AsSpan(1), skipSpecialTokens: true), score, ids[^1] != tokens.End);
}
