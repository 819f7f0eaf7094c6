using LLMBlender.Training.Data;

namespace LLMBlender.Training.Fusion.Data;

/// <summary>A corpus' texts, with those apart that <see cref="HeldOut"/> keeps from training.</summary>
internal sealed class FusionCorpus
{
    /// <exception cref="DataException">A file can't be read, or there are too few texts on either side.</exception>
    public FusionCorpus(IEnumerable<string> files, FuserTokens tokens)
    {
        var (train, held) = (new List<Passage>(), new List<Passage>());
        foreach (CorpusRecord text in files.SelectMany(DataFiles.Read<CorpusRecord>))
        {
            (HeldOut.Contains(text) ? held : train).Add(new Passage(text.Prompt, text.Text));
        }

        (TrainingTexts, HeldOutTexts) = (train.Count, held.Count);
        Training = new FusionRecords(train, tokens.Count);
        HeldOutRecords = new FusionRecords(held, tokens.Count);
    }

    public int TrainingTexts { get; }

    public int HeldOutTexts { get; }

    /// <summary>Records to train on.</summary>
    public FusionRecords Training { get; }

    /// <summary>Records from texts that are never trained on; their off-topic sentences come from such texts too.</summary>
    public FusionRecords HeldOutRecords { get; }
}
