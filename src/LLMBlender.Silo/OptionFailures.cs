using Microsoft.Extensions.Options;

namespace LLMBlender.Silo;

/// <summary>The failures of a validated options class; each names property, value and rule.</summary>
/// <param name="section">The configuration section that the options are bound to.</param>
internal sealed class OptionFailures(string section)
{
    private readonly List<string> failures = [];

    /// <summary>Adds a failure unless a value keeps its rule.</summary>
    /// <param name="isValid">Whether it does.</param>
    /// <param name="property">The property's name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="rule">The rule, such as <c>at least 1</c>.</param>
    public OptionFailures Require(bool isValid, string property, object value, string rule)
    {
        if (!isValid)
        {
            failures.Add($"{section}:{property} is \"{value}\", and must be {rule}");
        }

        return this;
    }

    /// <summary>The result of the validation.</summary>
    public ValidateOptionsResult ToResult() => failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
}
