using System.Text.Json.Nodes;
using LLMBlender.Inference;
using LLMBlender.Training.Data;
using LLMBlender.Training.Network;
using LLMBlender.Training.Optimization;
using LLMBlender.Training.Rewards.Data;
using LLMBlender.Training.Rewards.Network;
using LLMBlender.Training.Runs;
using static TorchSharp.torch;

namespace LLMBlender.Training.Rewards.Runs;

/// <summary>A reward model's training run: a pretrained BERT encoder learns to score answers from preferences between them.</summary>
internal sealed class RewardTrainer : TrainingRun<RewardPhase, RewardBatch>
{
    private readonly RewardRunConfig config;
    private readonly RewardData data;
    private readonly GroupStream stream;
    private readonly RewardNetwork network;
    private readonly AdamW optimizer;
    private readonly RewardLoss losses;
    private readonly RewardValidation? validation;
    private readonly (int Cls, int Sep) controls;

    /// <exception cref="DataException">Data or configuration can't be used.</exception>
    /// <exception cref="ModelException">The tokenizer or a checkpoint can't be used.</exception>
    public RewardTrainer(RewardRunConfig config)
        : base(config, new Progress("answers", perStep: true))
    {
        this.config = config;
        RewardTokens tokens = RewardTokens.Load(config.Tokenizer);
        controls = (tokens.ClsId, tokens.SepId);
        var lexicon = new Lexicon(tokens.Encode);
        data = new RewardData(config, lexicon);
        config.RequirePools(data.Pools);
        stream = new GroupStream(data, config.Seed);
        network = new RewardNetwork(BertDimensions.Load(config.StartFrom!));
        RewardWeights.Load(network, config.StartFrom!, (int)config.Seed);
        foreach (var (name, parameter) in network.named_parameters())
        {
            parameter.requires_grad = !config.Frozen.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
        }

        optimizer = new AdamW(
            network.named_parameters().Where(p => p.parameter.requires_grad).Select(p => (p.name, (Tensor)p.parameter)), config.Optimizer);
        losses = new RewardLoss(network, [.. optimizer.Slots.Select(slot => slot.Parameter)], config.HalfProducts, config.Dropout);
        validation = config.Development is { } development ? new RewardValidation(development, lexicon) : null;
        Restore();
    }

    protected override AdamW Optimizer => optimizer;

    /// <inheritdoc/>
    public override void Export() =>
        NetworkWeights.Export(network, network.Dimensions.ToJson(), config.Tokenizer, Path.Combine(config.Out, "export"));

    protected override void Dispose(bool disposing) => network.Dispose();

    protected override void Begin() => Log.Write("start", new JsonObject
    {
        ["step"] = State.Step,
        ["parameters"] = network.parameters().Sum(p => p.numel()),
        ["trained_parameters"] = optimizer.Slots.Sum(slot => slot.Parameter.numel()),
        ["groups"] = new JsonObject(data.Pools.Select(pool => KeyValuePair.Create(pool.Key, (JsonNode?)pool.Value.Count))),
    });

    protected override IReadOnlyList<IReadOnlyList<RewardBatch>> Window(int index, RewardPhase phase, long number) => stream.Window(
        index, phase.Mixture, LayoutOf(phase), number, config.BatchTokens, config.BatchesPerStep);

    protected override StepResult Compute(RewardPhase phase, IReadOnlyList<RewardBatch> step, int batch)
    {
        var noise = new Noise();
        noise.Seed(config.Seed, (ulong)State.Step * 4096 + (ulong)batch);
        return losses.Compute(step[batch], step.Sum(one => one.Weight), noise);
    }

    protected override BatchSize Size(RewardBatch batch) => new(batch.Rows.Tokens, batch.Rows.Count, batch.Preferences.Count);

    protected override JsonObject Validate(RewardPhase phase) =>
        validation?.Run(new RewardScorer(network, LayoutOf(phase), config.Workers, config.HalfProducts), State.Step)
        ?? new JsonObject { ["step"] = State.Step };

    private RewardLayout LayoutOf(RewardPhase phase) => new(controls.Cls, controls.Sep, phase.MaxLength, phase.SourceMaxLength);
}
