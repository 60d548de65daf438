#!/usr/bin/env node
// Plain JavaScript without dependencies at its head: it must load on any Node, to find the right one.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { constants, homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const leastNodeMajor = 24;
/** As in BSD's sysexits: something that the program needs is not there. */
const exitUnavailable = 69;

if (Number.parseInt(process.versions.node, 10) >= leastNodeMajor) await runHere();
else runOnPinnedNode();

async function runHere() {
  // The young generation stays small: grown to 48 MB it would be a sixth of what a cold run takes, and is no quicker.
  setFlagsFromString('--semi-space-growth-factor=1');
  const cacheHome = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  // A folder of our own: Node's default is shared by all users of the machine.
  nodeModule.enableCompileCache(join(cacheHome, 'moby-compose', 'compile'));
  // In a checkout the workspaces answer with their sources; what is published has none.
  if (existsSync(fileURLToPath(new URL('../src', import.meta.url)))) {
    nodeModule.registerHooks({
      resolve: (specifier, context, next) =>
        next(specifier, isOurs(specifier) ? { ...context, conditions: ['source', ...context.conditions] } : context),
    });
  }
  const { main } = await import('moby-compose');
  await main(process.argv.slice(2), fileURLToPath(new URL('..', import.meta.url)));
}

/** Other packages may have a condition of this name, and not the files behind it. */
function isOurs(specifier) {
  return specifier === 'moby-compose' || specifier.startsWith('@moby/');
}

/** Finds Node by its package's path: npm before 11.6 leaves no `node_modules/.bin/node`. */
function runOnPinnedNode() {
  const name = `node-${process.platform}-${process.arch}`;
  let node;
  try {
    node = join(dirname(nodeModule.createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin', 'node');
  } catch {
    giveUp(`moby-compose needs Node ${leastNodeMajor} or newer, this is ${process.version}, and \`${name}\` is not installed`);
    return;
  }
  const env = { ...process.env, PATH: [dirname(node), process.env.PATH].filter(Boolean).join(delimiter) };
  // Before the child runs: a signal that comes in between would end this process alone.
  let child;
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => child.kill(signal));
  // Ctrl-C on a terminal reaches the child by itself; sent twice, it would look like impatience.
  process.on('SIGINT', () => hasTerminal() || child.kill('SIGINT'));
  child = spawn(node, process.argv.slice(1), { stdio: 'inherit', env });
  child.on('error', (error) => giveUp(`\`${node}\` can't be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (code !== null) process.exitCode = code;
    else dieBy(signal);
  });
}

function hasTerminal() {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

/** Ends by the signal that ended the child, so that a shell sees what it would have seen without this process. */
function dieBy(signal) {
  process.exitCode = 128 + constants.signals[signal];
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

function giveUp(message) {
  process.stderr.write(`error: ${message}\n  hint: run \`npm ci\` in the checkout, or start it with Node ${leastNodeMajor} or newer\n`);
  process.exitCode = exitUnavailable;
}
