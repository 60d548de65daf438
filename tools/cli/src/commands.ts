import type { Command } from '@oclif/core/command';
import { AbiDiff } from './commands/abi-diff.ts';
import { AbiFacts } from './commands/abi-facts.ts';
import { Assemble } from './commands/assemble.ts';
import { Check } from './commands/check.ts';
import { ComponentBuild } from './commands/component-build.ts';
import { ComponentDeprecate } from './commands/component-deprecate.ts';
import { ComponentLogin } from './commands/component-login.ts';
import { ComponentMirror } from './commands/component-mirror.ts';
import { ComponentNew } from './commands/component-new.ts';
import { ComponentOwner } from './commands/component-owner.ts';
import { ComponentPromote } from './commands/component-promote.ts';
import { ComponentPublish } from './commands/component-publish.ts';
import { ComponentUpdate } from './commands/component-update.ts';
import { ComponentValidate } from './commands/component-validate.ts';
import { ComponentYank } from './commands/component-yank.ts';
import { Diff } from './commands/diff.ts';
import { Doctor } from './commands/doctor.ts';
import { Info } from './commands/info.ts';
import { KeyNew } from './commands/key-new.ts';
import { KeyShow } from './commands/key-show.ts';
import { ListAssemblies } from './commands/list-assemblies.ts';
import { ListComponents } from './commands/list-components.ts';
import { RegistryExport } from './commands/registry-export.ts';
import { RegistryFsck } from './commands/registry-fsck.ts';
import { RegistryKeyRotate } from './commands/registry-key-rotate.ts';
import { RegistryServe } from './commands/registry-serve.ts';
import { Resolve } from './commands/resolve.ts';
import { Run } from './commands/run.ts';
import { StorePath } from './commands/store-path.ts';
import { StoreVerify } from './commands/store-verify.ts';
import { Test } from './commands/test.ts';
import { Verify } from './commands/verify.ts';
import { Why } from './commands/why.ts';

/** What oclif finds: a command's id, with colons between its words, and its class. One command a file in `commands/`. */
export const commands: Readonly<Record<string, Command.Class>> = {
  'abi:diff': AbiDiff,
  'abi:facts': AbiFacts,
  assemble: Assemble,
  check: Check,
  'component:build': ComponentBuild,
  'component:deprecate': ComponentDeprecate,
  'component:login': ComponentLogin,
  'component:mirror': ComponentMirror,
  'component:new': ComponentNew,
  'component:owner': ComponentOwner,
  'component:promote': ComponentPromote,
  'component:publish': ComponentPublish,
  'component:update': ComponentUpdate,
  'component:validate': ComponentValidate,
  'component:yank': ComponentYank,
  diff: Diff,
  doctor: Doctor,
  info: Info,
  'key:new': KeyNew,
  'key:show': KeyShow,
  'list:assemblies': ListAssemblies,
  'list:components': ListComponents,
  'registry:export': RegistryExport,
  'registry:fsck': RegistryFsck,
  'registry:key:rotate': RegistryKeyRotate,
  'registry:serve': RegistryServe,
  resolve: Resolve,
  run: Run,
  'store:path': StorePath,
  'store:verify': StoreVerify,
  test: Test,
  verify: Verify,
  why: Why,
};
