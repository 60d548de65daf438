/** A request before it is bytes: what is odd about it may be odd at every level. */
export interface Draft {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly headers: readonly (readonly [string, string])[];
  /** A value is sent as JSON. */
  readonly body: Body | undefined;
  readonly framing: Framing;
}

export type Body = { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'bytes'; readonly bytes: Buffer };

/** How a body's end is told: by its length, by a wrong one, in pieces, in pieces that are wrong, or by nothing. */
export type Framing = 'length' | 'longer' | 'shorter' | 'chunked' | 'broken chunks' | 'both' | 'nothing';

export function bodyBytes(body: Body | undefined): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return body.kind === 'bytes' ? body.bytes : Buffer.from(JSON.stringify(body.value) ?? 'undefined');
}

export function draftBytes(draft: Draft): Buffer {
  const { method, target, version, headers, body, framing } = draft;
  const bytes = bodyBytes(body);
  const lines = [`${method} ${target} ${version}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  if (body !== undefined || framing !== 'length') lines.push(...framingLines(framing, bytes.length));
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return Buffer.concat([head, framing === 'chunked' || framing === 'broken chunks' || framing === 'both' ? chunks(bytes, framing) : bytes]);
}

function framingLines(framing: Framing, length: number): readonly string[] {
  switch (framing) {
    case 'length':
      return [`content-length: ${length}`];
    case 'longer':
      return [`content-length: ${length + 17}`];
    case 'shorter':
      return [`content-length: ${length >> 1}`];
    case 'chunked':
    case 'broken chunks':
      return ['transfer-encoding: chunked'];
    case 'both':
      return [`content-length: ${length}`, 'transfer-encoding: chunked'];
    case 'nothing':
      return [];
  }
}

const maxChunk = 5000;

function chunks(bytes: Buffer, framing: Framing): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += maxChunk) {
    const piece = bytes.subarray(at, at + maxChunk);
    const size = framing === 'broken chunks' && at > 0 ? piece.length + 3 : piece.length;
    pieces.push(Buffer.from(`${size.toString(16)};x=y\r\n`), piece, Buffer.from('\r\n'));
  }
  pieces.push(Buffer.from(framing === 'broken chunks' ? 'ffffffffffffffffff\r\n' : '0\r\nx-trailer: 1\r\n\r\n'));
  return Buffer.concat(pieces);
}
