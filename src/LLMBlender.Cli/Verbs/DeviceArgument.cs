using System.CommandLine;
using LLMBlender.Inference.Sessions;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>--device</c> of a verb that uses a model.</summary>
internal sealed class DeviceArgument
{
    private readonly Option<string> device = new("--device")
    {
        HelpName = "auto|cpu|cuda|cuda:N",
        Description = "What computes.",
        DefaultValueFactory = _ => "auto",
    };

    /// <param name="command">The verb that gets the option.</param>
    public DeviceArgument(Command command) => command.Options.Add(device);

    /// <summary>The device that is asked for.</summary>
    /// <exception cref="UsageException">It can't be used.</exception>
    public Accelerator Read(ParseResult parsed)
    {
        try
        {
            return Accelerator.Parse(parsed.GetValue(device)!);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--device: {Sentences.WithoutParameter(e)}", e);
        }
    }
}
