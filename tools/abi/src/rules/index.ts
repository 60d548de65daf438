import { cgroupMode } from './cgroup-mode.ts';
import { cniVersion } from './cni-version.ts';
import { configVersion } from './config-version.ts';
import { cpuIsa } from './cpu-isa.ts';
import { dockerApiWindow } from './docker-api-window.ts';
import { elfDlopen } from './elf-dlopen.ts';
import { elfInterp } from './elf-interp.ts';
import { elfMachine } from './elf-machine.ts';
import { elfNeeded } from './elf-needed.ts';
import { elfSymbol } from './elf-symbol.ts';
import { elfVersion } from './elf-version.ts';
import { engineContainerdRange } from './engine-containerd-range.ts';
import { execInterpreter } from './exec-interpreter.ts';
import { execPath } from './exec-path.ts';
import { kernelConfig } from './kernel-config.ts';
import { kernelModulePresent } from './kernel-module-present.ts';
import { kmodCrc } from './kmod-crc.ts';
import { kmodSymbol } from './kmod-symbol.ts';
import { kmodVermagic } from './kmod-vermagic.ts';
import { netfilterBackend } from './netfilter-backend.ts';
import { rpcService } from './rpc-service.ts';
import type { EdgeRule } from '../edge.ts';
import type { RuleDescription } from './rule.ts';
import { shimBootstrap } from './shim-bootstrap.ts';

/** Every rule: the reference has a page of each. */
export const rules: readonly RuleDescription[] = [
  cgroupMode,
  cniVersion,
  configVersion,
  cpuIsa,
  dockerApiWindow,
  elfDlopen,
  elfInterp,
  elfMachine,
  elfNeeded,
  elfSymbol,
  elfVersion,
  engineContainerdRange,
  execInterpreter,
  execPath,
  kernelConfig,
  kernelModulePresent,
  kmodCrc,
  kmodSymbol,
  kmodVermagic,
  netfilterBackend,
  rpcService,
  shimBootstrap,
];

/** Whether an error of the rule is one between two versions (`RuleDescription.isPair`). */
export function isPairRule(rule: EdgeRule): boolean {
  return rules.some(({ id, isPair }) => id === rule && isPair === true);
}
