namespace LLMBlender.Inference.Onnx.Encoders;

/// <summary>
/// A classification head over the first token's state (transformers' <c>…ForSequenceClassification</c>): out(act(in(h))).
/// </summary>
/// <param name="In">The inner layer's name.</param>
/// <param name="Activation">The operator between them.</param>
/// <param name="Out">The outer layer's name.</param>
internal sealed record ClassifierHead(string In, string Activation, string Out);
