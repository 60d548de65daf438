export { readConfigFile } from './config-files.ts';
export { extractElfFacts } from './elf.ts';
export { extractElfSymbols } from './elf-symbols.ts';
export type { ByteSource } from './elf-view.ts';
export { extractFacts, type ExtractOptions, type FactsEntry, interpreterOf } from './extract.ts';
export { extractSymbols } from './extract-symbols.ts';
export { extractGoFacts } from './go/extract-go-facts.ts';
export { type GoDescriptor, type ProtoFile, type ProtoMethod, type ProtoService, readGoDescriptors } from './go/descriptors.ts';
export { asksGoFacts } from './shim-case.ts';
export { formatFacts } from './format-facts.ts';
export { extractAddedModule, type NamedAddedModule } from './kernel/added-module.ts';
export { extractKernelFacts, type KernelInput, type ModuleFile } from './kernel/extract-kernel.ts';
export { diffAbi } from './diff/diff-abi.ts';
export { platformsToCompare } from './diff/platforms-to-compare.ts';
export {
  type AbiChange,
  type AbiDeclared,
  type AbiDiff,
  type AbiDiffOptions,
  type AbiFacts,
  type AbiKind,
  type AbiSide,
  type Bump,
} from './diff/abi-diff.ts';
export { parseKernelConfig } from './kernel/kernel-config.ts';
export { extractModuleFacts, moduleName, type ModuleInfo } from './kernel/module-info.ts';
export { parseModuleSymvers } from './kernel/module-symvers.ts';
export { formatKernelSymbols, parseKernelSymbols } from './kernel/kernel-symbols.ts';
export { parseLoaderCache } from './loader-cache.ts';
export { formatKind, platformOf } from './machine.ts';
export { cgroupMode, type CgroupSubject } from './rules/cgroup-mode.ts';
export { cniVersion } from './rules/cni-version.ts';
export { configVersion } from './rules/config-version.ts';
export type { ContractEnd, ContractSubject } from './rules/contract-end.ts';
export { dockerApiWindow } from './rules/docker-api-window.ts';
export { engineContainerdRange } from './rules/engine-containerd-range.ts';
export { kernelConfig, type KernelConfigSubject } from './rules/kernel-config.ts';
export type { AddedModulesEnd, AddedModulesSubject, ConfigEnd, KernelEnd } from './rules/kernel-end.ts';
export { kernelModulePresent, modulesOfNeeds, type ModulePresentSubject } from './rules/kernel-module-present.ts';
export { differingCrcs, type DifferingCrc, kmodCrc } from './rules/kmod-crc.ts';
export { kmodSymbol, neededSymbols } from './rules/kmod-symbol.ts';
export { isSameVermagic, kmodVermagic } from './rules/kmod-vermagic.ts';
export { netfilterBackend, type NetfilterRoot, type NetfilterSubject } from './rules/netfilter-backend.ts';
export { parseFacts } from './parse-facts.ts';
export { formatSymbols } from './format-symbols.ts';
export { parseSymbols } from './parse-symbols.ts';
export { type FileSymbols, type ImportGroup, openFileSymbols, openSymbols, type SymbolLookup } from './symbol-lookup.ts';
export { deriveCapabilities, type ProvenCapabilities } from './capabilities.ts';
export { checkModules, type AskedModule, type CheckModulesOptions, type ModulePlan } from './check-modules.ts';
export { checkRoot, type CheckRootOptions } from './check-root.ts';
export { programPath } from './program-path.ts';
export { type Edge, type EdgeEnd, type EdgeRule, type Evidence, type Verdict, verdicts } from './edge.ts';
export type { ProgramNeed } from './program-case.ts';
export { buildRootTree, type RootComponent, type RootFacts, type RootOptions } from './root-tree.ts';
export type { RuleDescription } from './rules/rule.ts';
export { isPairRule, rules } from './rules/index.ts';
export { type CheckSummary, codeOf, describeEdge, type EdgeDescription, type EdgeGroup, readableNeed, summarizeEdges } from './summary.ts';
