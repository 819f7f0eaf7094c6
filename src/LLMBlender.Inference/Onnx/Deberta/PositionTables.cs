namespace LLMBlender.Inference.Onnx.Deberta;

/// <summary>Names of the weights computed by import: each layer's projections of the relative table.</summary>
internal static class PositionTables
{
    /// <summary>posK of a layer, scaled: [heads, head size, 2·span].</summary>
    public static string KeyName(int layer) => $"llmblender.encoder.layer.{layer}.relative_key";

    /// <summary>posQ of a layer, scaled: [heads, 2·span, head size].</summary>
    public static string QueryName(int layer) => $"llmblender.encoder.layer.{layer}.relative_query";
}
