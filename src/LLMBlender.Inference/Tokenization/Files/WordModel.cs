using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>A vocabulary, and the segmentation of words into its pieces.</summary>
/// <param name="Vocabulary">The pieces.</param>
/// <param name="Segment">The segmentation.</param>
internal sealed record WordModel(Vocabulary Vocabulary, Segmentation Segment)
{
    // Larger than any vocabulary in use: an invalid id must not cause a huge allocation.
    private const int MostIds = 1 << 22;

    /// <summary>WordPiece over a table of pieces.</summary>
    /// <exception cref="ModelException">A duplicate id, an id out of range, or no unknown piece.</exception>
    public static WordModel WordPiece(string file, IReadOnlyList<(string Piece, int Id)> table, string unknown, string prefix, int longestWord)
    {
        Vocabulary vocabulary = FromTable(file, table, unknown);
        return new WordModel(vocabulary, new WordPieces(prefix, longestWord).Encode);
    }

    /// <summary>Byte-pair encoding over a table of pieces.</summary>
    /// <param name="file">The file, for error messages.</param>
    /// <param name="table">Pieces and ids.</param>
    /// <param name="merges">Pairs of pieces, by rank.</param>
    /// <param name="unknown">The unknown piece, which must exist if it is written.</param>
    /// <param name="writesUnknown">Whether a character outside the vocabulary becomes the unknown piece; if false, it is ignored.</param>
    /// <exception cref="ModelException">As <see cref="WordPiece"/>, or a merge of or to an unknown piece.</exception>
    public static WordModel BytePair(
        string file, IReadOnlyList<(string Piece, int Id)> table, IEnumerable<(string Left, string Right)> merges, string unknown, bool writesUnknown)
    {
        Vocabulary vocabulary = FromTable(file, table, unknown, isRequired: writesUnknown);
        var ranks = new Dictionary<(int, int), (int Rank, int Id)>();
        int rank = 0;
        foreach ((string left, string right) in merges)
        {
            int Id(string piece)
            {
                int id = vocabulary.Trie.Find(Encoding.UTF8.GetBytes(piece));
                return id != ByteTrie.None
                    ? id
                    : throw new ModelException(file, $"merge {rank} is of \"{left}\" and \"{right}\", and \"{piece}\" is not in the vocabulary");
            }

            ranks[(Id(left), Id(right))] = (rank++, Id(left + right));
        }

        return new WordModel(vocabulary, new BytePairs(ranks, writesUnknown ? vocabulary.UnknownId : null).Encode);
    }

    private static Vocabulary FromTable(string file, IReadOnlyList<(string Piece, int Id)> table, string unknown, bool isRequired = true)
    {
        if (table.Any(entry => entry.Id is < 0 or >= MostIds))
        {
            throw new ModelException(file, $"the vocabulary's ids must be from 0 to {MostIds - 1}");
        }

        int count = table.Count == 0 ? 0 : table.Max(entry => entry.Id) + 1;
        string?[] pieces = new string?[count];
        foreach ((string piece, int id) in table)
        {
            pieces[id] = pieces[id] is null ? piece : throw new ModelException(file, $"id {id} is both \"{pieces[id]}\" and \"{piece}\"");
        }

        var builder = new Vocabulary.Builder();
        foreach (string? piece in pieces)
        {
            builder.Add(Encoding.UTF8.GetBytes(piece ?? ""), 0);
        }

        int unknownId = Array.LastIndexOf(pieces, unknown);
        if (unknownId < 0 && !isRequired && count > 0)
        {
            return new Vocabulary(builder, ByteTrie.None, byteFallback: false);
        }

        return unknownId >= 0
            ? TokenizerFiles.MakeVocabulary(file, builder, unknownId, byteFallback: false)
            : throw new ModelException(file, $"the vocabulary has no \"{unknown}\", which stands for unknown text");
    }
}
