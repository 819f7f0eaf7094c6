using Microsoft.Extensions.Options;

namespace LLMBlender.Silo.Comparing;

/// <summary>Checks <see cref="CompareQueueOptions"/>.</summary>
internal sealed class CompareQueueOptionsValidator : IValidateOptions<CompareQueueOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, CompareQueueOptions options) => new OptionFailures(CompareQueueOptions.Section)
        .Require(options.MaxTokens >= 1, nameof(options.MaxTokens), options.MaxTokens, "at least 1")
        .ToResult();
}
