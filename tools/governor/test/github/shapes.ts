/** What a field of a request may be, as GitHub's REST description of 2022-11-28 has it. */
interface Field {
  readonly type: 'string' | 'integer' | 'list' | 'object' | 'boolean';
  readonly required?: true;
  readonly values?: readonly string[];
  readonly maxLength?: number;
  readonly maxBytes?: number;
  readonly maxItems?: number;
  readonly minItems?: number;
  readonly least?: number;
  readonly pattern?: RegExp;
  /** Of an object, or of each element of a list. */
  readonly fields?: Readonly<Record<string, Field>>;
  readonly element?: Field;
}

type Fields = Readonly<Record<string, Field>>;

/** An entry of `errors` of a 422. */
export interface ShapeFault {
  readonly field: string;
  readonly message: string;
}

const annotation: Fields = {
  path: { type: 'string', required: true, pattern: /^[^/].*/ },
  start_line: { type: 'integer', required: true, least: 1 },
  end_line: { type: 'integer', required: true, least: 1 },
  start_column: { type: 'integer', least: 1 },
  end_column: { type: 'integer', least: 1 },
  annotation_level: { type: 'string', required: true, values: ['notice', 'warning', 'failure'] },
  message: { type: 'string', required: true, maxBytes: 64 * 1024 },
  title: { type: 'string', maxLength: 255 },
  raw_details: { type: 'string', maxBytes: 64 * 1024 },
};

const output: Fields = {
  title: { type: 'string', required: true },
  summary: { type: 'string', required: true, maxLength: 65_535 },
  text: { type: 'string', maxLength: 65_535 },
  annotations: { type: 'list', maxItems: 50, element: { type: 'object', fields: annotation } },
};

const conclusion: Field = {
  type: 'string',
  // `stale` is GitHub's own to set.
  values: ['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'timed_out'],
};
const checkRun: Fields = {
  details_url: { type: 'string', pattern: /^https?:\/\// },
  external_id: { type: 'string' },
  status: { type: 'string', values: ['queued', 'in_progress', 'completed'] },
  started_at: { type: 'string' },
  conclusion,
  completed_at: { type: 'string' },
  output: { type: 'object', fields: output },
};

export const shapes = {
  createCheckRun: {
    ...checkRun,
    name: { type: 'string', required: true },
    head_sha: { type: 'string', required: true, pattern: /^[0-9a-f]{40}$/ },
  },
  updateCheckRun: { ...checkRun, name: { type: 'string' } },
  comment: { body: { type: 'string', required: true, maxLength: 65_535 } },
  addLabels: { labels: { type: 'list', required: true, minItems: 1, element: { type: 'string' } } },
  createLabel: {
    name: { type: 'string', required: true, maxLength: 50 },
    color: { type: 'string', pattern: /^[0-9a-f]{6}$/i },
    description: { type: 'string', maxLength: 100 },
  },
} as const satisfies Readonly<Record<string, Fields>>;

/** What a request breaks of a shape; a field that the shape hasn't got is a fault too, which GitHub itself passes over. */
export function shapeFaults(body: unknown, fields: Fields, at = ''): readonly ShapeFault[] {
  if (!isRecord(body)) return [{ field: at, message: 'is no object' }];
  const unknown = Object.keys(body).filter((key) => !Object.hasOwn(fields, key));
  return [
    ...unknown.map((key) => ({ field: `${at}${key}`, message: 'is not permitted' })),
    ...Object.entries(fields).flatMap(([key, field]) => fieldFaults(body[key], field, `${at}${key}`)),
    ...(fields === annotation ? columnFaults(body, at) : []),
  ];
}

/** What a check run's body breaks beyond its fields: a completed one has a conclusion. */
export function checkRunFaults(body: unknown): readonly ShapeFault[] {
  if (!isRecord(body)) return [];
  const isOver = body['status'] === 'completed' || body['completed_at'] !== undefined;
  return isOver && body['conclusion'] === undefined ? [{ field: 'conclusion', message: "wasn't supplied" }] : [];
}

function columnFaults(body: Readonly<Record<string, unknown>>, at: string): readonly ShapeFault[] {
  const { start_line: start, end_line: end } = body;
  const faults: ShapeFault[] = [];
  if (typeof start === 'number' && typeof end === 'number' && end < start)
    faults.push({ field: `${at}end_line`, message: 'is before start_line' });
  if (start !== end && (body['start_column'] !== undefined || body['end_column'] !== undefined))
    faults.push({ field: `${at}start_column`, message: 'is for one line alone' });
  return faults;
}

function fieldFaults(value: unknown, field: Field, at: string): readonly ShapeFault[] {
  const fault = (message: string): readonly ShapeFault[] => [{ field: at, message }];
  if (value === undefined) return field.required === true ? fault("wasn't supplied") : [];
  if (!isOfType(value, field.type)) return fault(`is no ${field.type}`);
  if (typeof value === 'string') {
    if (field.values !== undefined && !field.values.includes(value)) return fault(`must be one of ${field.values.join(', ')}`);
    if (field.pattern !== undefined && !field.pattern.test(value)) return fault(`doesn't match ${String(field.pattern)}`);
    if (value.length > (field.maxLength ?? Infinity)) return fault(`is too long (maximum is ${field.maxLength} characters)`);
    if (Buffer.byteLength(value) > (field.maxBytes ?? Infinity)) return fault(`is too long (maximum is ${field.maxBytes} bytes)`);
  }
  if (typeof value === 'number' && value < (field.least ?? -Infinity)) return fault(`must be at least ${field.least}`);
  if (Array.isArray(value)) {
    if (value.length > (field.maxItems ?? Infinity)) return fault(`has more than ${field.maxItems} elements`);
    if (value.length < (field.minItems ?? 0)) return fault(`has less than ${field.minItems} elements`);
    const { element } = field;
    return element === undefined ? [] : value.flatMap((one: unknown, index) => fieldFaults(one, element, `${at}/${index}`));
  }
  return field.fields === undefined ? [] : shapeFaults(value, field.fields, `${at}/`);
}

function isOfType(value: unknown, type: Field['type']): boolean {
  switch (type) {
    case 'list':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'object':
      return isRecord(value);
    default:
      return typeof value === type;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
