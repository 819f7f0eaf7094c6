using System.Runtime.InteropServices;
using LLMBlender.Cli;

using var interruption = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
return await LlmBlender.RunAsync(args, Terminal.OfProcess(), interruption.Token);

// The first signal lets the batch at hand finish; a second one ends the process as usual.
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = !interruption.IsCancellationRequested;
    interruption.Cancel();
}
