using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx.T5;
using LLMBlender.Inference.Tokenization;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// A sequence-to-sequence model, such as the GenFuser (LLM-Blender, section 4): generates a text from a text. The prompt is encoded once;
/// each further token costs one decoder step. Thread-safe.
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

    /// <summary>The manifest of the model's folder.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The model's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The vocabulary size: the number of logits in a row.</summary>
    public int VocabularySize => config.VocabularySize;

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="ModelException">The folder is not a valid gen-fuser.</exception>
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

    /// <summary>Generates for every prompt; other prompts in the batch change only the last digits of single precision.</summary>
    /// <param name="prompts">Token ids of each prompt, including the special tokens that the checkpoint's tokenizer adds.</param>
    /// <param name="options">The generation options.</param>
    /// <param name="completed">Called after each batch with the number of its prompts.</param>
    /// <param name="cancellationToken">Checked before each step; a running step is terminated.</param>
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

        // Batches prompts of similar lengths to limit padding.
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
    /// Generates for one prompt, and streams the text as soon as it is final; in a beam search, text is final when all beams agree on it.
    /// The concatenated pieces are the text of the best sequence.
    /// </summary>
    /// <param name="prompt">Token ids.</param>
    /// <param name="options">The generation options; one sequence is returned.</param>
    /// <param name="finished">Called with the generated text before the last piece is returned.</param>
    /// <param name="cancellationToken">Checked before each step; a running step is terminated.</param>
    /// <exception cref="ArgumentException">The prompt is empty or too long, or an option is out of range.</exception>
    public IAsyncEnumerable<string> StreamAsync(
        int[] prompt, GenerationOptions options, Action<GeneratedText>? finished = null, CancellationToken cancellationToken = default)
    {
        options.Check();
        CheckPrompt(prompt, "the prompt");
        return StreamCheckedAsync(prompt, options with { ReturnSequences = 1 }, finished, cancellationToken);
    }

    /// <summary>Logits after each of the decoder's tokens (teacher forcing).</summary>
    /// <param name="prompt">Token ids.</param>
    /// <param name="decoderIds">The start token and the tokens after it.</param>
    /// <returns>[tokens, vocabulary], row-major.</returns>
    public float[] Score(int[] prompt, int[] decoderIds)
    {
        CheckPrompt(prompt, "the prompt");
        using var options = new RunOptions();
        using var encoded = generator.Encode([prompt], options);
        using var decoder = generator.Begin(encoded, 1, decoderIds.Length);
        return decoder.Step(decoderIds, options).ToArray();
    }

    /// <summary>Why the model rejects a prompt, as a predicate without a subject; null if it accepts it.</summary>
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

    /// <summary>The encoder's last hidden states, [prompts, longest prompt, hidden], row-major; undefined for padding.</summary>
    public float[] Encode(IReadOnlyList<int[]> prompts) => generator.States(prompts);

    /// <inheritdoc/>
    public void Dispose() => generator.Dispose();

    /// <summary>Creates a decoder over prompts, to be stepped manually: for benchmarks.</summary>
    internal (EncodedPrompts Prompts, Decoder Decoder) Begin(IReadOnlyList<int[]> prompts, int rowsPerPrompt, int limit)
    {
        using var options = new RunOptions();
        var encoded = generator.Encode(prompts, options);
        return (encoded, Begin(encoded, rowsPerPrompt, limit));
    }

    /// <summary>Creates another decoder over the same prompts.</summary>
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
