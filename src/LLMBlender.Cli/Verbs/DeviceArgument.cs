using System.CommandLine;
using LLMBlender.Inference.Sessions;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>The option <c>--device</c> of a verb that uses a model.</summary>
internal sealed class DeviceArgument
{
    private readonly Option<string> device = new("--device")
    {
        HelpName = "auto|cpu|cuda|cuda:N",
        Description = "The device to compute on.",
        DefaultValueFactory = _ => "auto",
    };

    /// <param name="command">The verb that the option is added to.</param>
    public DeviceArgument(Command command) => command.Options.Add(device);

    /// <summary>The device given by the arguments.</summary>
    /// <exception cref="UsageException">The device is invalid.</exception>
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
