using LLMBlender.Inference;
using LLMBlender.Training.Data;

namespace LLMBlender.Training;

/// <summary>Turns what a user can mend into one line on standard error and an exit code.</summary>
internal static class CommandErrorHandler
{
    /// <summary>Runs a command.</summary>
    /// <returns>The command's code, 2 for unusable input, 3 for an unusable model.</returns>
    public static int Run(Func<int> command)
    {
        try
        {
            return command();
        }
        catch (DataException e)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }
        catch (ModelException e)
        {
            Console.Error.WriteLine(e.Message);
            return 3;
        }
        catch (Exception e) when (Libtorch.CannotLoad(e))
        {
            Console.Error.WriteLine(Libtorch.Advice(e));
            return 3;
        }
    }
}
