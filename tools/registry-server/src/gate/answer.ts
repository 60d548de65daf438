import type { ServerResponse } from 'node:http';
import type { Refusal } from './refusal.ts';

/** Answers with JSON and ends the request; what was already answered stays as it is. */
export function answer(response: ServerResponse, status: number, body: object, headers: Readonly<Record<string, string>> = {}): void {
  if (response.headersSent || response.writableEnded) return;
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(text);
}

export function refuse(response: ServerResponse, refusal: Refusal): void {
  const challenge: Record<string, string> = refusal.status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  answer(response, refusal.status, refusal.body, { ...challenge, ...refusal.headers });
}
