using System.CommandLine;
using System.Globalization;

namespace LLMBlender.Cli.Verbs;

/// <summary>Options with a number as their value.</summary>
internal static class Numbers
{
    /// <summary>An integer option with a lower bound; its value is null if absent.</summary>
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

    /// <summary>An option for a port; its value is null if absent.</summary>
    public static Option<int?> Port(string name, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0)
            {
                return port;
            }

            result.AddError($"{name} is \"{text}\", and must be a port from 1 to {ushort.MaxValue}");
            return null;
        },
    };

    /// <summary>A number option with an exclusive lower and an inclusive upper bound; its value is null if absent.</summary>
    public static Option<double?> Within(string name, double above, double most, string description) => new(name)
    {
        HelpName = "X",
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > above && number <= most)
            {
                return number;
            }

            var bound = double.IsPositiveInfinity(most) ? "" : string.Create(CultureInfo.InvariantCulture, $" and at most {most}");
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is \"{text}\", and must be a number above {above}{bound}"));
            return null;
        },
    };
}
