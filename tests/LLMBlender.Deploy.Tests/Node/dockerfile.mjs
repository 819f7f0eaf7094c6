// Lints a Dockerfile. Prints a line for each fault; ends with 1 if there are any.
import { readFileSync } from "node:fs";
import { validate } from "dockerfile-utils";

const faults = validate(readFileSync(process.argv[2], "utf8"), {
  deprecatedMaintainer: 2, directiveCasing: 2, emptyContinuationLine: 2, instructionCasing: 2,
  instructionCmdMultiple: 2, instructionEntrypointMultiple: 2, instructionHealthcheckMultiple: 2, instructionWorkdirRelative: 2,
});
for (const fault of faults) {
  console.log(`${fault.range.start.line + 1}: ${fault.message}`);
}
process.exitCode = faults.length ? 1 : 0;
