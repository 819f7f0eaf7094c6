namespace LLMBlender.Training.Optimization;

/// <summary>The pair losses of the reference, by the names of its option (LLM-Blender, section 3.2 and its loss_type).</summary>
internal enum LossKind
{
    /// <summary>−log σ((s_A − s_B)·sgn(q_A − q_B)).</summary>
    InstructGpt,

    /// <summary>Mean of both sides' binary cross-entropies against the sign of q_A − q_B.</summary>
    Bce,

    /// <summary>(s_A − q_A)² + (s_B − q_B)² − 2·(s_A − s_B)·(q_A − q_B), as the reference has it.</summary>
    Mse,

    /// <summary>Mean of both sides' binary cross-entropies against q = 1; every q must be 0 or 1.</summary>
    OpenInstructBce,
}
