using System.Text.Json.Nodes;
using LLMBlender.Training.Data;
using LLMBlender.Training.Network;
using LLMBlender.Training.Optimization;
using LLMBlender.Training.Runs;
using static TorchSharp.torch;

namespace LLMBlender.Training.Baselines;

/// <summary>A baseline ranker's training run, over the same pairs and in the same manner as a pair ranker's.</summary>
internal sealed class BaselineTrainer : TrainingRun<RankerPhase, RowBatch>
{
    private readonly RankerRunConfig config;
    private readonly RowLayout layout;
    private readonly PairStream stream;
    private readonly BaselineNetwork network;
    private readonly AdamW optimizer;
    private readonly BaselineLoss losses;
    private readonly BaselineValidation validation;
    private readonly TrainingData data;

    /// <exception cref="DataException">Data or configuration can't be used.</exception>
    /// <exception cref="Inference.ModelException">The tokenizer or a checkpoint can't be used.</exception>
    public BaselineTrainer(RankerRunConfig config)
        : base(config, new Progress(records: null, perStep: false))
    {
        this.config = config;
        BaselineShape shape = config.BaselineShape!.Value;
        RankerTokens tokens = RankerTokens.Load(config.Tokenizer);
        data = new TrainingData(config, new Lexicon(tokens.Encode), tokens.Texts);
        config.RequirePools(data.Pools);
        string[] labels = [.. config.Phases.SelectMany(phase => phase.Weights.Keys).Where(tag => tag != Mixture.MadeUp).Distinct().Order(StringComparer.Ordinal)];
        layout = new RowLayout(
            shape, tokens.Layout.ClsId, tokens.Layout.SepId, tokens.RequireMask(shape == BaselineShape.Mlm, config.Tokenizer),
            tokens.VocabSize, labels, config.MaskShare);
        stream = new PairStream(data.Pools, null, null, tokens.Layout, config.Seed);
        NetworkConfig dimensions = config.Network.With(tokens);
        dimensions.Validate("network");
        network = new BaselineNetwork(dimensions, shape, labels);
        Initialization.Fill(network, dimensions.InitializerRange, (int)config.Seed);
        optimizer = new AdamW(network.named_parameters().Select(p => (p.name, (Tensor)p.parameter)), config.Optimizer);
        losses = new BaselineLoss(network, shape, [.. optimizer.Slots.Select(slot => slot.Parameter)], config.Margin, config.HalfProducts);
        validation = new BaselineValidation(
            data.HeldOutPairs.Where(group => labels.Contains(group.Key)).ToDictionary(group => group.Key, group => group.Value), layout, config);
        if (!Restore())
        {
            Start(dimensions);
        }
    }

    protected override AdamW Optimizer => optimizer;

    /// <inheritdoc/>
    public override void Export() => NetworkWeights.Export(network, network.ToJson(), config.Tokenizer, Path.Combine(config.Out, "export"));

    protected override void Dispose(bool disposing) => network.Dispose();

    protected override void Begin() => Log.Write("start", new JsonObject
    {
        ["step"] = State.Step,
        ["shape"] = config.Shape,
        ["parameters"] = network.parameters().Sum(p => p.numel()),
        ["pairs"] = data.Pools.Values.Sum(pool => pool.Count),
        ["held_out_pairs"] = data.HeldOutPairs.Values.Sum(pairs => pairs.Count),
    });

    protected override IReadOnlyList<IReadOnlyList<RowBatch>> Window(int index, RankerPhase phase, long number)
    {
        Mixture mixture = phase.Mixture;
        return stream.Window(
            index, mixture, number, config.BatchTokens, config.BatchesPerStep,
            pair => layout.LengthOf(pair, mixture),
            (pairs, random) => layout.Of(pairs, mixture, random));
    }

    protected override StepResult Compute(RankerPhase phase, IReadOnlyList<RowBatch> step, int batch)
    {
        var noise = new Noise();
        noise.Seed(config.Seed, (ulong)State.Step * 4096 + (ulong)batch);
        return losses.Compute(step[batch], step.Sum(one => one.Count), noise);
    }

    protected override BatchSize Size(RowBatch batch) => new(batch.Lengths.Sum(), batch.Count, batch.Count);

    protected override JsonObject Validate(RankerPhase phase) => validation.Run(losses, State.Step);

    // A head starts as noise whatever the encoder starts from.
    private void Start(NetworkConfig dimensions)
    {
        if (config.StartFrom is { } folder)
        {
            NetworkWeights.LoadEncoder(network.Encoder, folder);
        }
        else if (config.CooccurrenceEmbeddings)
        {
            CooccurrenceStart.Fill(optimizer, data.Texts, dimensions, config);
        }
    }
}
