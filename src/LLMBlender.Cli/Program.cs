using System.Runtime.InteropServices;
using LLMBlender.Cli;

using var interruption = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
return await LlmBlender.RunAsync(args, Terminal.OfProcess(), interruption.Token);

// The first signal lets the current batch finish; a second one terminates the process.
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = !interruption.IsCancellationRequested;
    interruption.Cancel();
}
