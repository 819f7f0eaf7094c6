using System.Text;

namespace LLMBlender.Training.Data;

/// <summary>
/// The part of the training files that is never trained on: a record is held out when the 64-bit FNV-1a hash of its prompt's UTF-8
/// bytes (of its id when it has no prompt) is a multiple of 16. All answers to one prompt therefore fall on the same side.
/// </summary>
internal static class HeldOut
{
    private const ulong OneIn = 16;

    public static bool Contains(PairRecord pair) => Contains(pair.Prompt);

    public static bool Contains(CorpusRecord text) => Contains(text.Prompt ?? text.Id);

    public static bool Contains(CandidateSetRecord set) => Contains(set.Prompt);

    /// <summary>Whether a record with this key is held out.</summary>
    public static bool Contains(string key) => Hash(key) % OneIn == 0;

    private static ulong Hash(string key)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(key))
        {
            hash = (hash ^ b) * 1099511628211;
        }

        return hash;
    }
}
