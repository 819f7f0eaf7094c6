using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Network;

/// <summary>
/// Starting weights from which a fuser copies at once: T5's own random ones, scaled down, and laid over them an induction circuit (Elhage
/// et al. 2021; Olsson et al. 2022). A network this small would need most of a short training to find it. Everything stays trainable.
/// </summary>
/// <remarks>
/// <para>
/// 1. In each stack's first block a head each looks back by one, two and three positions through its position bias and writes what it
/// sees into a slot; the decoder, whose identity is the newest piece, fills its third slot with that piece.
/// </para>
/// <para>
/// 2. In the encoder's second block, free heads look for the same two pieces in a row elsewhere, and write what stands there over the
/// slot of the piece before: a transition that another candidate has too is easier to match than one that damage has made.
/// </para>
/// <para>
/// 3. The decoder's first cross-attention looks for the source position before which stand the pieces written last, and copies the
/// identity that it finds; copies that disagree outvote each other in the softmax.
/// </para>
/// <para>
/// 4. In the decoder's second block, free heads look for an earlier place where the last two pieces stood, and take what followed there
/// away from the logits, so that a tie between saying something again and going on is broken for going on.
/// </para>
/// </remarks>
internal static class CopyingStart
{
    private const float Noise = 0.3f;
    private const float EmbeddingSpread = 0.1f;
    private const float LookBack = 8;
    private const float MatchScale = 0.25f;
    private const float MatchDecay = 0.42f;
    private const float CopyGain = 6;
    private const float LogitGain = 2;
    private const float AgreementScore = 4.5f;
    private const float AgreementGain = 1.2f;
    private const int FarBucket = 10;
    private const float AvoidanceScore = 5;
    private const float AvoidanceGain = 1.5f;

    // Of normed states' elements behind the first block, about: the encoder's identity and slots, the decoder's slots.
    private const float IdentityVariance = 0.58f;
    private const float SlotVariance = 1.33f;
    private const float DecoderSlotVariance = 0.26f;

    /// <summary>Fills all weights; the same seed gives the same ones.</summary>
    /// <exception cref="ArgumentException">The shape has no room for the circuit, or its head isn't the embedding.</exception>
    public static void Fill(FuserNetwork network, int seed)
    {
        FuserConfig config = network.Config;
        if (!config.Tied || config.Heads <= Circuit.Slots
            || config.ModelSize < 4 * (Circuit.Slots + 1) || config.HeadSize < 2 * Circuit.Slots)
        {
            throw new ArgumentException($"a copying start needs a tied head and more than {Circuit.Slots} attention heads");
        }

        using var gradient = no_grad();
        FuserInitialization.Fill(network, seed);
        var circuit = new Circuit(network, seed + 1);
        circuit.Scale(".o.weight", Noise);
        circuit.Scale(".wo.weight", Noise);
        circuit.ConfineEmbeddings(EmbeddingSpread);
        WriteLookBack(circuit, "encoder", [1, 2, 3]);
        WriteLookBack(circuit, "decoder", [1, 2, 0]);
        if (config.EncoderLayers > 1)
        {
            WriteAgreement(circuit, new Random(seed + 3));
        }

        if (config.DecoderLayers > 1)
        {
            WriteAvoidance(circuit, new Random(seed + 4));
        }

        WriteCopying(circuit, new Random(seed + 2));
        circuit.Scale("decoder.final_layer_norm.weight", LogitGain);
    }

    // Bucket n holds the keys n positions back, in both stacks.
    private static void WriteLookBack(Circuit circuit, string stack, int[] distances)
    {
        for (int slot = 0; slot < distances.Length; slot++)
        {
            circuit.Bias(stack, distances[slot])[slot] = LookBack;
            HeadWeights head = circuit.Head($"{stack}.block.0.layer.0.SelfAttention", slot);
            head.Clear();
            for (int i = 0; i < circuit.SlotSize; i++)
            {
                for (int element = 0; element < circuit.Identity; element++)
                {
                    head.Value(i)[element] = circuit.Projection(i, element);
                }

                head.Output(circuit.Slot(slot) + i)[i] = 1;
            }
        }
    }

    // Queries and keys are alike: a position's own piece and the one before it. Near positions, itself included, lose by the position bias
    // what they gain by matching; with no match elsewhere the attention is spread, and what it writes averages out.
    private static void WriteAgreement(Circuit circuit, Random random)
    {
        int part = Math.Min(circuit.Config.HeadSize / 2, circuit.SlotSize);
        foreach (int index in circuit.FreeHeads)
        {
            for (int bucket = 0; bucket < FarBucket; bucket++)
            {
                circuit.Bias("encoder", bucket)[index] = -2 * AgreementScore;
                circuit.Bias("encoder", circuit.Config.Buckets / 2 + bucket)[index] = -2 * AgreementScore;
            }

            HeadWeights head = circuit.Head("encoder.block.1.layer.0.SelfAttention", index);
            head.Clear();
            head.ClearKeys();
            float[,] own = Circuit.Orthonormal(part, circuit.SlotSize, random);
            float[,] before = Circuit.Orthonormal(part, circuit.SlotSize, random);
            for (int i = 0; i < part; i++)
            {
                circuit.ReadIdentity(head.Key(i), own, i, 1);
                circuit.ReadIdentity(head.Query(i), own, i, AgreementScore / part / IdentityVariance);
                circuit.ReadSlot(head.Key(part + i), before, i, slot: 0, 1);
                circuit.ReadSlot(head.Query(part + i), before, i, slot: 0, AgreementScore / part / SlotVariance);
            }

            for (int i = 0; i < circuit.SlotSize; i++)
            {
                head.Value(i)[circuit.Slot(0) + i] = 1;
                head.Output(circuit.Slot(0) + i)[i] = AgreementGain / (circuit.Config.Heads - Circuit.Slots);
            }
        }
    }

    // Queries read the newest piece and the one before it, keys the two pieces before a position's newest.
    private static void WriteAvoidance(Circuit circuit, Random random)
    {
        const int newest = 2;
        int part = Math.Min(circuit.Config.HeadSize / 2, circuit.SlotSize);
        foreach (int index in circuit.FreeHeads)
        {
            HeadWeights head = circuit.Head("decoder.block.1.layer.0.SelfAttention", index);
            head.Clear();
            head.ClearKeys();
            for (int back = 0; back < 2; back++)
            {
                float[,] match = Circuit.Orthonormal(part, circuit.SlotSize, random);
                for (int i = 0; i < part; i++)
                {
                    circuit.ReadSlot(
                        head.Query(back * part + i), match, i, back == 0 ? newest : 0, AvoidanceScore / part / DecoderSlotVariance);
                    circuit.ReadSlot(head.Key(back * part + i), match, i, back, 1);
                }
            }

            for (int i = 0; i < circuit.SlotSize; i++)
            {
                head.Value(i)[circuit.Slot(newest) + i] = 1;
                for (int element = 0; element < circuit.Identity; element++)
                {
                    head.Output(element)[i] = -AvoidanceGain / (circuit.Config.Heads - Circuit.Slots) * circuit.Projection(i, element);
                }
            }
        }
    }

    // Keys read the source's slots, queries the decoder's identity (its newest piece) and its first two slots. Values read identities, the
    // heads together all of them.
    private static void WriteCopying(Circuit circuit, Random random)
    {
        FuserConfig config = circuit.Config;
        int part = config.HeadSize / Circuit.Slots;
        float times = config.InnerSize / (float)circuit.Identity;
        for (int index = 0; index < config.Heads; index++)
        {
            HeadWeights head = circuit.Head("decoder.block.0.layer.1.EncDecAttention", index);
            head.Clear();
            head.ClearKeys();
            for (int back = 0; back < Circuit.Slots; back++)
            {
                float[,] match = Circuit.Orthonormal(part, circuit.SlotSize, random);
                float scale = MatchScale * MathF.Sqrt(circuit.SlotSize / (float)part) * (1 - MatchDecay * back);
                for (int i = 0; i < part; i++)
                {
                    int row = back * part + i;
                    circuit.ReadSlot(head.Key(row), match, i, back, 1);
                    if (back == 0)
                    {
                        circuit.ReadIdentity(head.Query(row), match, i, scale);
                    }
                    else
                    {
                        circuit.ReadSlot(head.Query(row), match, i, back - 1, scale);
                    }
                }
            }

            for (int i = 0; i < config.HeadSize; i++)
            {
                int element = (index * config.HeadSize + i) % circuit.Identity;
                head.Value(i)[element] = 1;
                head.Output(element)[i] = CopyGain / times;
            }
        }
    }
}
