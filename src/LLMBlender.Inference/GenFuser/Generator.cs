using System.Numerics.Tensors;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx.T5;
using LLMBlender.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// Runs the two graphs of a sequence-to-sequence model: the encoder once, then a decoder step for each token that the searches choose.
/// Thread-safe.
/// </summary>
internal sealed class Generator : IDisposable
{
    private readonly OnnxSession encoder;
    private readonly OnnxSession decoder;
    private readonly T5Config config;
    private readonly GeneratorTokens tokens;
    private readonly string model;

    private Generator(ModelManifest manifest, T5Config config, OnnxSession encoder, OnnxSession decoder)
    {
        (this.config, this.encoder, this.decoder) = (config, encoder, decoder);
        (tokens, model) = (manifest.GeneratorTokens!, manifest.Id);
    }

    /// <summary>Loads both graphs.</summary>
    /// <exception cref="ModelException">ONNX Runtime rejects a graph.</exception>
    public static Generator Load(ModelFolder folder, T5Config config, GenFuserOptions options)
    {
        var encoder = new OnnxSession(folder.EncoderGraph, options.Accelerator, options.Threads);
        try
        {
            var decoder = new OnnxSession(folder.DecoderGraph, options.Accelerator, options.Threads);
            return new Generator(folder.Manifest, config, encoder, decoder);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Generates for a batch of prompts.</summary>
    /// <param name="prompts">Token ids of each.</param>
    /// <param name="searches">A search for each prompt, all with the same number of rows.</param>
    /// <param name="maxNewTokens">The maximum number of steps.</param>
    /// <param name="stepped">Called after each step.</param>
    /// <param name="cancellationToken">Checked before each step; a running step is terminated.</param>
    public void Run(int[][] prompts, Search[] searches, int maxNewTokens, Action stepped, CancellationToken cancellationToken)
    {
        using var run = new RunOptions();
        using var ending = cancellationToken.UnsafeRegister(static run => ((RunOptions)run!).Terminate = true, run);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var encoded = Encode(prompts, run);
            using var steps = Begin(encoded, searches[0].Rows, maxNewTokens);
            Run(steps, searches, run, stepped, cancellationToken);
        }
        catch (OnnxRuntimeException) when (cancellationToken.IsCancellationRequested)
        {
            // ONNX Runtime reports a terminated run with this exception.
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>Runs the encoder.</summary>
    public EncodedPrompts Encode(IReadOnlyList<int[]> prompts, RunOptions run) =>
        EncodedPrompts.Of(encoder, config.DecoderLayers, prompts, tokens.Pad, run);

    /// <summary>Creates a decoder at its start state.</summary>
    public Decoder Begin(EncodedPrompts prompts, int rowsPerPrompt, int limit) => new(decoder, config, prompts, rowsPerPrompt, limit);

    /// <summary>The encoder's last hidden states, [prompts, longest prompt, hidden].</summary>
    public float[] States(IReadOnlyList<int[]> prompts) => EncodedPrompts.States(encoder, prompts, tokens.Pad);

    /// <inheritdoc/>
    public void Dispose()
    {
        encoder.Dispose();
        decoder.Dispose();
    }

    private void Run(Decoder steps, Search[] searches, RunOptions run, Action stepped, CancellationToken cancellationToken)
    {
        var next = new int[steps.Rows];
        next.AsSpan().Fill(tokens.Start);
        while (steps.Length < steps.Limit && !Array.TrueForAll(searches, search => search.IsDone))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var logits = steps.Step(next, run);
            if (!float.IsFinite(TensorPrimitives.Max(logits)))
            {
                throw new ModelException(model, "returned logits that are not finite: the model is damaged");
            }

            Choose(steps, searches, logits, next);
            stepped();
        }
    }

    private void Choose(Decoder steps, Search[] searches, ReadOnlySpan<float> logits, int[] next)
    {
        var rows = searches[0].Rows;
        var width = rows * config.VocabularySize;
        var copies = new List<(int From, int To)>();
        for (var i = 0; i < searches.Length; i++)
        {
            copies.Clear();
            searches[i].Advance(logits.Slice(i * width, width), next.AsSpan(i * rows, rows), copies);
            foreach (var (from, to) in copies)
            {
                steps.CopyRow(i * rows + from, i * rows + to);
            }
        }
    }
}
