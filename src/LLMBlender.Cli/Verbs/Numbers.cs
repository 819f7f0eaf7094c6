using System.CommandLine;
using System.Globalization;

namespace LLMBlender.Cli.Verbs;

/// <summary>Options that take a number.</summary>
internal static class Numbers
{
    /// <summary>A whole number with a lower bound; null where it isn't given.</summary>
    public static Option<int?> AtLeast(string name, int minimum, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum)
            {
                return number;
            }

            result.AddError($"{name} is \"{text}\", and must be a whole number of at least {minimum}");
            return null;
        },
    };
}
