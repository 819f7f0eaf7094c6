using System.Collections.Concurrent;
using System.Text;
using LLMBlender.Inference.Tokenization.AddedTokens;
using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Files;
using LLMBlender.Inference.Tokenization.Normalization;
using LLMBlender.Inference.Tokenization.PreTokenization;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization;

/// <summary>
/// Encodes a text to ids: extracts added tokens, normalises the text between them, extracts the added tokens that match normalised text,
/// pre-tokenises and segments.
/// </summary>
internal sealed class Pipeline
{
    // A workspace used for a longer text is not returned to the pool.
    private const int MaxPooledLength = 1 << 18;

    private readonly Vocabulary vocabulary;
    private readonly Segmentation segment;
    private readonly Normalizer[] normalizers;
    private readonly PreTokenizer[] preTokenizers;
    private readonly bool needsHead;
    private readonly AddedTokenMatcher raw;
    private readonly AddedTokenMatcher normalized;
    private readonly ConcurrentBag<Workspace> idle = [];

    public Pipeline(TokenizerModel model)
    {
        (vocabulary, segment) = (model.Vocabulary, model.Segment);
        normalizers = [.. model.Normalizers];
        preTokenizers = [.. model.PreTokenizers];
        needsHead = preTokenizers.Any(step => step.NeedsHead);
        raw = new AddedTokenMatcher(
            [.. model.AddedTokens.Where(t => !t.Normalized).Select(t => (t, Encoding.UTF8.GetBytes(t.Content)))]);
        var workspace = new Workspace();
        int head = 0;
        normalized = new AddedTokenMatcher(
            [.. model.AddedTokens.Where(t => t.Normalized)
                .Select(t => (t, Normalize(Encoding.UTF8.GetBytes(t.Content), ref head, workspace).ToArray()))]);
        idle.Add(workspace);
    }

    /// <summary>Appends the ids of <paramref name="text"/>, without the template's ids.</summary>
    public void Encode(ReadOnlySpan<char> text, List<int> ids)
    {
        Workspace workspace = this.idle.TryTake(out Workspace? idle) ? idle : new Workspace();
        Encode(text, workspace, ids);
        if (text.Length <= MaxPooledLength)
        {
            this.idle.Add(workspace);
        }
    }

    private void Encode(ReadOnlySpan<char> text, Workspace workspace, List<int> ids)
    {
        ByteBuffer raw = workspace.Raw;
        raw.Clear();
        raw.Advance(Encoding.UTF8.GetBytes(text, raw.Reserve(Encoding.UTF8.GetMaxByteCount(text.Length))));
        ReadOnlySpan<byte> bytes = raw.Span;
        for (int at = 0; at < bytes.Length;)
        {
            AddedToken? token = this.raw.Next(bytes, at, out int start, out int end);
            if (start > at)
            {
                EncodeSegment(bytes[at..start], at == 0 && needsHead ? Unigram.Width(bytes[0]) : 0, workspace, ids);
            }

            if (token is not null)
            {
                ids.Add(token.Id);
            }

            at = end;
        }
    }

    private void EncodeSegment(ReadOnlySpan<byte> segment, int head, Workspace workspace, List<int> ids)
    {
        ReadOnlySpan<byte> bytes = Normalize(segment, ref head, workspace);
        for (int at = 0; at < bytes.Length;)
        {
            AddedToken? token = normalized.Next(bytes, at, out int start, out int end);
            if (start > at)
            {
                EncodeText(bytes[at..start], Math.Max(0, head - at), 0, workspace, ids);
            }

            if (token is not null)
            {
                ids.Add(token.Id);
            }

            at = end;
        }
    }

    private ReadOnlySpan<byte> Normalize(ReadOnlySpan<byte> text, ref int head, Workspace workspace)
    {
        (ByteBuffer target, ByteBuffer other) = (workspace.Even, workspace.Odd);
        foreach (Normalizer normalizer in normalizers)
        {
            target.Clear();
            head = head == 0 || text.IsEmpty ? 0 : normalizer.Head(text, head);
            normalizer.Apply(text, target, workspace);
            text = target.Span;
            (target, other) = (other, target);
        }

        return text;
    }

    // The recursion depth is the number of pre-tokenizers.
    private void EncodeText(ReadOnlySpan<byte> text, int head, int step, Workspace workspace, List<int> ids)
    {
        if (step == preTokenizers.Length)
        {
            workspace.Cache.Encode(segment, vocabulary, text, workspace, ids);
            return;
        }

        PreTokenizer preTokenizer = preTokenizers[step];
        ReadOnlySpan<byte> rest = preTokenizer.Rewrite(text, ref head, workspace.Words(step));
        int length = rest.Length;
        while (!rest.IsEmpty)
        {
            int at = length - rest.Length;
            ReadOnlySpan<byte> word = preTokenizer.Next(ref rest);
            if (!word.IsEmpty)
            {
                EncodeText(word, Math.Max(0, head - at), step + 1, workspace, ids);
            }
        }
    }
}
