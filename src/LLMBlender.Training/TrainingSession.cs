using System.Runtime.InteropServices;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training;

/// <summary>One session of a run at a terminal: it ends with the run, or where the process is asked to end.</summary>
internal static class TrainingSession
{
    /// <summary>Trains.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(Func<ITrainingRun> make)
    {
        using var stop = new CancellationTokenSource();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using ITrainingRun run = make();
        bool finished = run.Run(stop.Token);
        Console.Error.WriteLine(finished ? "finished" : $"stopped after step {run.State.Step}; run again to go on");
        return 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
