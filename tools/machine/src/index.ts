export { type Accelerator, chooseAccelerator } from './accelerator.ts';
export { bootGuest, type BootedGuest, bootMachine, type BootOptions } from './boot-machine.ts';
export { type Clock, systemClock } from './clock.ts';
export { escapeControls } from './console.ts';
export { type Environment, findQemu, leastQemuVersion, type Qemu } from './find-qemu.ts';
export type { AgentAnswer, GuestAgent } from './guest-agent.ts';
export { expectationTitle, type ExpectationSubject, type ExpectationVerdict, judgeExpectation } from './judge-expectation.ts';
export type { Exit, Machine, MachineEvent, StateEvent } from './machine.ts';
export type { AcceleratorKind } from './machine-kind.ts';
export { agentPortName, type Forward, machineOptions, type MachineSettings } from './machine-options.ts';
export type { MachinePlan, PlanOptions } from './plan.ts';
export { artifactFileName, parseArtifact, readArtifact } from './read-artifact.ts';
export { runArtifact, type RunEvent, type RunOptions, type RunResult } from './run-artifact.ts';
export { makeStateLineReader, parseStateLine, type StateLine, type StateSubject } from './state-line.ts';
export {
  type Report,
  type ReportEntry,
  type ReportFinding,
  type ReportMachine,
  testArtifact,
  type TestOptions,
  type TestPhase,
} from './test-artifact.ts';
export type { Judgement, Verdict } from './verdict.ts';
export { volumeFolderOf } from './volume.ts';
export { type BootKernel, bootKernel, extractVmlinux, type Extraction } from './vmlinux.ts';
