using System.Runtime.CompilerServices;
using System.Text.Unicode;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Tokenization.Normalization;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>The used fields of <c>spm.model</c> or <c>spiece.model</c> (sentencepiece_model.proto).</summary>
internal sealed class SentencePieceModel
{
    private const int Control = 3;
    private const int UserDefined = 4;

    private static readonly string[] ModelTypes = ["0", "UNIGRAM", "BPE", "WORD", "CHAR"];

    private SentencePieceModel(string file, ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes, file);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    ReadPiece(file, reader.Bytes);
                    break;
                case 2:
                    ReadTrainer(file, reader.Bytes);
                    break;
                case 3:
                    ReadNormalizer(file, reader.Bytes);
                    break;
            }
        }
    }

    public Vocabulary.Builder Pieces { get; } = new();

    /// <summary>Control and user-defined pieces, which are extracted from the text before segmentation.</summary>
    public List<(int Id, bool Control)> Reserved { get; } = [];

    /// <summary>trainer_spec.unk_id.</summary>
    public int UnknownId { get; private set; }

    /// <summary>normalizer_spec.precompiled_charsmap; null if the model doesn't normalise.</summary>
    public CharsMap? CharsMap { get; private set; }

    /// <exception cref="ModelException">The file is invalid, or not a Unigram model.</exception>
    public static SentencePieceModel Read(string file) => new(file, ModelFile.ReadAll(file));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadPiece(string file, ReadOnlySpan<byte> message)
    {
        int id = Pieces.Scores.Count;
        ReadOnlySpan<byte> piece = default;
        float score = 0;
        ulong type = 1;
        var reader = new ProtobufReader(message, file);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    piece = reader.Bytes;
                    break;
                case 2:
                    score = reader.Float;
                    break;
                case 3:
                    type = reader.Number;
                    break;
            }
        }

        if (piece.IsEmpty || !Utf8.IsValid(piece) || !float.IsFinite(score))
        {
            throw new ModelException(
                file, $"piece {id} (score {score}): its text must be UTF-8 and not empty, its score finite");
        }

        Pieces.Add(piece, score);
        if (type is Control or UserDefined)
        {
            Reserved.Add((id, type == Control));
        }
    }

    private void ReadTrainer(string file, ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message, file);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 3 when reader.Number != 1:
                    ulong type = reader.Number;
                    string name = type < (ulong)ModelTypes.Length ? ModelTypes[type] : $"{type}";
                    throw new ModelException(file, $"trainer_spec.model_type is {name}: only UNIGRAM is supported");
                case 40:
                    UnknownId = (int)reader.Number;
                    break;
            }
        }
    }

    private void ReadNormalizer(string file, ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message, file);
        while (reader.Read())
        {
            if (reader.Field == 2 && !reader.Bytes.IsEmpty)
            {
                CharsMap = CharsMap.Parse(reader.Bytes, file);
            }
        }
    }
}
