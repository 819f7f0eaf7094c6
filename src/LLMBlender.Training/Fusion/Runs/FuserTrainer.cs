using System.Text.Json.Nodes;
using LLMBlender.Training.Data;
using LLMBlender.Training.Fusion.Data;
using LLMBlender.Training.Fusion.Network;
using LLMBlender.Training.Network;
using LLMBlender.Training.Optimization;
using LLMBlender.Training.Runs;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Runs;

/// <summary>A fuser's training run.</summary>
internal sealed class FuserTrainer : TrainingRun<FuserPhase, FusionBatch>
{
    private readonly FuserRunConfig config;
    private readonly FusionStream stream;
    private readonly FuserNetwork network;
    private readonly AdamW optimizer;
    private readonly FuserLoss losses;
    private readonly FuserValidation validation;

    /// <exception cref="DataException">Data or configuration can't be used.</exception>
    /// <exception cref="Inference.ModelException">The tokenizer or a checkpoint can't be used.</exception>
    public FuserTrainer(FuserRunConfig config)
        : base(config, new Progress("records", perStep: false))
    {
        this.config = config;
        FuserTokens tokens = FuserTokens.Load(config.Tokenizer);
        var corpus = new FusionCorpus(config.Corpus, tokens);
        stream = new FusionStream(corpus.Training, tokens, config.Seed);
        validation = new FuserValidation(corpus.HeldOutRecords, tokens, config);
        network = new FuserNetwork(config.Network.With(tokens));
        optimizer = new AdamW(network.named_parameters().Select(p => (p.name, (Tensor)p.parameter)), config.Optimizer);
        losses = new FuserLoss(network, [.. optimizer.Slots.Select(slot => slot.Parameter)], config.HalfProducts);
        if (!Restore())
        {
            Start();
        }

        Log.Write("start", new JsonObject
        {
            ["step"] = State.Step,
            ["parameters"] = network.parameters().Sum(p => p.numel()),
            ["texts"] = corpus.TrainingTexts,
            ["held_out_texts"] = corpus.HeldOutTexts,
        });
    }

    protected override AdamW Optimizer => optimizer;

    /// <inheritdoc/>
    public override void Export() => FuserExport.Write(network, config.Tokenizer, Path.Combine(config.Out, "export"));

    protected override void Dispose(bool disposing) => network.Dispose();

    protected override void Begin()
    {
        if (State == RunState.Start)
        {
            Log.Write("validation", validation.Run(network, losses, State.Step));
        }
    }

    protected override IReadOnlyList<IReadOnlyList<FusionBatch>> Window(int index, FuserPhase phase, long number) =>
        stream.Window(index, phase.Recipe, number, config.BatchTokens, config.BatchesPerStep);

    protected override StepResult Compute(FuserPhase phase, IReadOnlyList<FusionBatch> step, int batch) =>
        losses.Compute(step[batch], step.Sum(one => one.Wanted.Length));

    protected override BatchSize Size(FusionBatch batch) =>
        new((long)batch.SourceLengths.Sum() + batch.Wanted.Length, batch.Rows, batch.Wanted.Length);

    protected override JsonObject Validate(FuserPhase phase) => validation.Run(network, losses, State.Step);

    private void Start()
    {
        if (config.StartFrom is { } folder)
        {
            NetworkWeights.Load(network, folder);
        }
        else if (config.CopyingStart)
        {
            CopyingStart.Fill(network, (int)config.Seed);
        }
        else
        {
            FuserInitialization.Fill(network, (int)config.Seed);
        }
    }
}
