namespace LLMBlender.Inference.Onnx;

/// <summary>
/// An encoder inside a graph, with declared inputs and computed embedding; heads are added to its output. States are single at every
/// precision. Inputs: <c>input_ids</c>,
/// <c>attention_mask</c>, and <c>token_type_ids</c> if it has several, int32 [batch, length].
/// </summary>
internal interface IEncoderLayers
{
    /// <summary>The input of token types.</summary>
    const string Types = "token_type_ids";

    /// <summary>The hidden states of the embedding and of each layer, [batch·length, hidden], the last layer's last.</summary>
    IReadOnlyList<string> EncodeAll();

    /// <summary>
    /// The last layer's hidden states at some positions only, [batch·n, hidden], from <paramref name="positions"/>, int64
    /// [batch, n] within each sequence.
    /// </summary>
    string EncodeAt(string positions);
}
