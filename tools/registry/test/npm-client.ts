import { spawn } from 'node:child_process';
import { scratchFolder } from '@moby/testkit';

/** Runs the npm that came with Node, with nothing of this machine's configuration and no network but what it is told. */
export async function npm(args: readonly string[], cwd: string): Promise<string> {
  const own = scratchFolder();
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const child = spawn('npm', args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(inherited),
      npm_config_cache: `${own}/cache`,
      npm_config_userconfig: `${own}/npmrc`,
      npm_config_globalconfig: `${own}/global`,
      npm_config_update_notifier: 'false',
      npm_config_registry: 'http://127.0.0.1:9/',
    },
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (text.stdout += String(data)));
  child.stderr.on('data', (data) => (text.stderr += String(data)));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`npm ${args.join(' ')}: ${text.stderr}`);
  return text.stdout;
}
