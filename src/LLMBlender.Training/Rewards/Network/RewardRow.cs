namespace LLMBlender.Training.Rewards.Network;

/// <summary>A source and one answer as the encoder reads them: [CLS] source [SEP] answer [SEP].</summary>
/// <param name="Ids">Token ids, special ones included.</param>
/// <param name="AnswerStart">From where on tokens are of type 1.</param>
internal readonly record struct RewardRow(int[] Ids, int AnswerStart);
