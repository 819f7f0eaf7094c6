using System.CommandLine;
using LLMBlender.Inference;
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
        DefaultValueFactory = _ => Accelerator.Auto,
    };

    /// <param name="command">The verb that the option is added to.</param>
    public DeviceArgument(Command command) => command.Options.Add(device);

    /// <summary>
    /// The device given by the arguments. A build for CUDA that finds no device writes a line, because computing on the processor may take
    /// a hundred times as long.
    /// </summary>
    /// <exception cref="UsageException">The device is invalid.</exception>
    /// <exception cref="ModelException">The machine lacks what CUDA needs.</exception>
    public Accelerator Read(ParseResult parsed)
    {
        var name = parsed.GetValue(device)!;
        try
        {
            var accelerator = Accelerator.Parse(name);
            if (name == Accelerator.Auto && Accelerator.CudaProblem is { } problem)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"llmblender: {Accelerator.Fallback(problem)}");
            }

            return accelerator;
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--device: {Sentences.WithoutParameter(e)}", e);
        }
    }
}
