using System.Runtime.InteropServices;
using LLMBlender.Inference;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Training.Network;

namespace LLMBlender.Training.Rewards.Network;

/// <summary>Starting weights of a reward network.</summary>
internal static class RewardWeights
{
    private const string Encoder = "bert.";
    private const string PoolerWeight = "bert.pooler.dense.weight";
    private const float HeadDeviation = 0.02f;

    /// <summary>
    /// Fills the encoder from a checkpoint that holds one, by itself or under a head. Where the checkpoint has no head, the pooler starts as
    /// the identity, so that it passes on what the encoder was pretrained to say, and the score as noise.
    /// </summary>
    /// <exception cref="ModelException">A tensor of the encoder is missing or has another shape.</exception>
    public static void Load(RewardNetwork network, string folder, int seed)
    {
        Initialization.Fill(network, HeadDeviation, seed);
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        string prefix = checkpoint.Tensors.ContainsKey(Encoder + "embeddings.word_embeddings.weight") ? Encoder : "";
        foreach (var (name, parameter) in network.named_parameters())
        {
            string stored = name.StartsWith(Encoder, StringComparison.Ordinal) ? prefix + name[Encoder.Length..] : name;
            bool isHead = name.StartsWith("bert.pooler.", StringComparison.Ordinal) || name.StartsWith("classifier.", StringComparison.Ordinal);
            if (!isHead || checkpoint.Tensors.ContainsKey(stored))
            {
                NetworkWeights.Read(checkpoint, folder, stored, parameter);
            }
            else if (name == PoolerWeight)
            {
                Span<float> weights = MemoryMarshal.Cast<byte, float>(parameter.bytes);
                weights.Clear();
                for (int i = 0; i < network.Dimensions.HiddenSize; i++)
                {
                    weights[i * (network.Dimensions.HiddenSize + 1)] = 1;
                }
            }
        }
    }
}
