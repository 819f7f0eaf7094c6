using LLMBlender.Inference.Onnx.T5;
using LLMBlender.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// A decoder for several rows: appends each row's next tokens and returns the logits of the tokens that follow. Inputs and outputs are
/// bound to memory once, and again only when the cache grows. Not thread-safe.
/// </summary>
internal sealed class Decoder : IDisposable
{
    private const int SlotFields = 3;

    // Sufficient for a short answer; doubling copies each key about once, and never computes more than twice the width.
    private const int FirstCapacity = 32;

    private readonly OnnxSession session;
    private readonly T5Config config;
    private readonly KeyValueCache cache;
    private readonly OrtIoBinding binding;
    private readonly long[] position = new long[1];
    private readonly List<OrtValue> bound = [];
    private int[] ids = [];
    private long[] slots = [];
    private float[] logits = [];

    /// <param name="session">The decoder's graph.</param>
    /// <param name="config">The shape of the model.</param>
    /// <param name="prompts">The encoded prompts; owned by the caller.</param>
    /// <param name="rowsPerPrompt">The number of rows for each prompt.</param>
    /// <param name="limit">The maximum number of tokens in a row, including the start token.</param>
    public Decoder(OnnxSession session, T5Config config, EncodedPrompts prompts, int rowsPerPrompt, int limit)
    {
        (this.session, this.config, Limit) = (session, config, limit);
        Rows = prompts.Count * rowsPerPrompt;
        cache = new KeyValueCache(config, Rows, Math.Min(FirstCapacity, limit));
        binding = session.Bind();
        foreach (var (name, value) in prompts.Values)
        {
            binding.BindInput(name, value);
        }

        cache.BindTo(binding);
    }

    /// <summary>The number of rows; the rows of one prompt are adjacent.</summary>
    public int Rows { get; }

    /// <summary>The maximum number of tokens in a row.</summary>
    public int Limit { get; }

    /// <summary>The current number of tokens in every row.</summary>
    public int Length { get; private set; }

    /// <summary>Appends the same number of tokens to every row.</summary>
    /// <param name="tokens">[rows, new], row-major.</param>
    /// <param name="options">Allows another thread to terminate the run.</param>
    /// <returns>[rows, new, vocabulary]; valid until the next step.</returns>
    public ReadOnlySpan<float> Step(ReadOnlySpan<int> tokens, RunOptions options)
    {
        var count = tokens.Length / Rows;
        ReserveCache(Length + count);
        if (ids.Length != tokens.Length)
        {
            BindStep(count);
        }

        tokens.CopyTo(ids);
        position[0] = Length;
        for (var slot = 0; slot < slots.Length / SlotFields; slot++)
        {
            slots[slot * SlotFields + 2] = Length + slot % count;
        }

        session.Run(binding, options);
        Length += count;
        return logits;
    }

    /// <summary>Copies the cached tokens of a row to another.</summary>
    public void CopyRow(int from, int to) => cache.CopyRow(from, to, Length);

    /// <inheritdoc/>
    public void Dispose()
    {
        binding.Dispose();
        bound.ForEach(value => value.Dispose());
        cache.Dispose();
    }

    private void ReserveCache(int length)
    {
        if (length > Limit)
        {
            throw new InvalidOperationException($"{length} tokens of a row: there must be at most {Limit}");
        }

        if (length > cache.Capacity)
        {
            cache.Grow(Length, Math.Min(Limit, Math.Max(length, 2 * cache.Capacity)));
            cache.BindTo(binding);
        }
    }

    private void BindStep(int count)
    {
        bound.ForEach(value => value.Dispose());
        bound.Clear();
        ids = GC.AllocateArray<int>(Rows * count, pinned: true);
        slots = GC.AllocateArray<long>(Rows * config.Heads * count * SlotFields, pinned: true);
        logits = GC.AllocateArray<float>(checked(Rows * count * config.VocabularySize), pinned: true);
        for (var slot = 0; slot < slots.Length / SlotFields; slot++)
        {
            var head = slot / count;
            (slots[slot * SlotFields], slots[slot * SlotFields + 1]) = (head / config.Heads, head % config.Heads);
        }

        Input("input_ids", OrtValue.CreateTensorValueFromMemory(ids, [Rows, count]));
        Input("position", OrtValue.CreateTensorValueFromMemory(position, [1]));
        Input("slots", OrtValue.CreateTensorValueFromMemory(slots, [Rows, config.Heads, count, SlotFields]));
        bound.Add(OrtValue.CreateTensorValueFromMemory(logits, [Rows, count, config.VocabularySize]));
        binding.BindOutput(T5DecoderGraph.Logits, bound[^1]);
    }

    private void Input(string name, OrtValue value)
    {
        bound.Add(value);
        binding.BindInput(name, value);
    }
}
