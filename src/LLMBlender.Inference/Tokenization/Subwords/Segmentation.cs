namespace LLMBlender.Inference.Tokenization.Subwords;

/// <summary>Appends the ids of one pre-token, valid UTF-8 and not empty: the model in terms of tokenizer.json.</summary>
internal delegate void Segmentation(Vocabulary vocabulary, ReadOnlySpan<byte> word, Workspace workspace, List<int> ids);
