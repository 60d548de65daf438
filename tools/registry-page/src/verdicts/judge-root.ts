import { checkRoot, type Edge, type ProgramNeed } from '@moby/abi';
import { factsOf, type HeldLine, lastPart, namesOf } from './held-line.ts';
import { type Judged, judgedOf, type Pair } from './judged.ts';

/**
 * The two in one container root, as the loader, execvp and a containerd with its shims would find them there. What is missing from a root of
 * two is between them only where another line of one of them has it.
 */
export function judgeRoot(pair: Pair): readonly Judged[] {
  const { own, other, platform } = pair;
  const edges = checkRoot({
    root: 'both',
    platform,
    components: [own, other].map((line) => {
      const { name, version } = line.component.manifest;
      return { name, version, facts: factsOf(line, platform) };
    }),
    programs: [own, other].flatMap(programsOf),
  });
  return edges
    .filter((edge) => isBetween(edge, pair))
    .map((edge) => (isCertain(edge, pair) ? { ...judgedOf(edge), verdict: 'error' } : judgedOf(edge)));
}

function programsOf({ component: { manifest } }: HeldLine): readonly ProgramNeed[] {
  const { name: component, version, exec } = manifest;
  return exec.map((program) => ({ component, version, program, why: 'exec' }));
}

function isBetween({ rule, from, by, need }: Edge, pair: Pair): boolean {
  if (rule === 'facts.present') return true;
  if (by !== undefined) return by.component !== from.component;
  if (rule !== 'elf.needed' && rule !== 'elf.interp' && rule !== 'exec.path') return false;
  const other = from.component === pair.own.component.manifest.name ? pair.other : pair.own;
  const has = (line: HeldLine): boolean => namesOf(line, pair.platform).includes(lastPart(need));
  // A link that leads nowhere in a root of two may lead to a third component.
  return pair.linesOf(other).some(has) && !(rule === 'exec.path' && has(other));
}

/**
 * Of a library that no program leads to, `checkRoot` leaves open whether somebody has loaded what it misses. A version that its C library, say,
 * doesn't have nobody can have loaded, and a component without programs has nothing that starts all the same.
 */
function isCertain({ rule, verdict, from, by, need }: Edge, { own, other, platform }: Pair): boolean {
  if (rule !== 'elf.version' || verdict !== 'warn' || by === undefined) return false;
  const files = factsOf(from.component === own.component.manifest.name ? own : other, platform)?.elf ?? [];
  const isWeak = files.some(
    ({ path, needs }) =>
      path === from.path && needs.some(({ library, weak }) => (weak ?? []).some((version) => need === `${library}(${version})`)),
  );
  return !isWeak && files.every(({ interpreter, soname }) => interpreter === undefined || soname !== undefined);
}
