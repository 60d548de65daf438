export interface HealthAnswer {
  readonly isGood: boolean;
  readonly body: object;
}

/** `/-/healthz`: the process answers. `/-/readyz`: requests should be sent to it. */
export interface Health {
  alive(): HealthAnswer;
  ready(): HealthAnswer;
}

export interface HealthState {
  isStopping: boolean;
  /** When the gate was last proved, in ms of the clock; 0 before the first time. */
  gateProvedAt: number;
  /** The last proof was not answered. */
  isGateSilent: boolean;
}

export function openHealth(state: HealthState, now: () => number): Health {
  return {
    alive: () => ({ isGood: true, body: { status: 'ok' } }),
    ready: () => {
      const isGood = !state.isStopping && !state.isGateSilent && state.gateProvedAt > 0;
      const gateProvedMsAgo = state.gateProvedAt > 0 ? now() - state.gateProvedAt : null;
      return { isGood, body: { status: statusOf(state), gateProvedMsAgo } };
    },
  };
}

function statusOf({ isStopping, isGateSilent, gateProvedAt }: HealthState): string {
  if (isStopping) return 'stopping';
  if (isGateSilent) return 'gate-silent';
  return gateProvedAt > 0 ? 'ready' : 'starting';
}
