import type { UnitFile } from './unit-file.ts';

/**
 * The service among a package's units: what is started and stays, no template, best the one that is called like the
 * component, its packages or their source. Undefined where there is none.
 */
export function chooseUnit(units: readonly UnitFile[], names: readonly string[]): UnitFile | undefined {
  const services = units
    .filter(({ name }) => name.endsWith('.service') && !name.includes('@.'))
    .filter((unit) => unit.value('Service', 'Type') !== 'oneshot' && unit.values('Service', 'ExecStart').length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const name of names) {
    const named = services.find((unit) => unit.name === `${name}.service`);
    if (named !== undefined) return named;
  }
  return services.find((unit) => /^[^@]*@default\.service$/.test(unit.name)) ?? services[0];
}

/** Ports that a unit's socket listens on for it (systemd.socket(5), ListenStream). */
export function socketPorts(units: readonly UnitFile[], service: UnitFile): readonly number[] {
  const stem = service.name.replace(/\.service$/, '');
  return units
    .filter((unit) => unit.name === `${stem}.socket` || unit.value('Socket', 'Service') === service.name)
    .flatMap((unit) => unit.values('Socket', 'ListenStream'))
    .flatMap((value) => /^(?:.*:)?([0-9]{1,5})$/.exec(value)?.[1] ?? [])
    .map(Number)
    .filter((port, at, all) => port > 0 && port < 65_536 && all.indexOf(port) === at);
}
