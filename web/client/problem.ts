// A reply that says why something was refused: application/problem+json (RFC 9457).
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly requestId: string,
    readonly field?: string,
    readonly retryAfterMs?: number,
  ) {
    super(`${status} ${code}: ${detail || title}`);
    this.name = 'ProblemError';
  }
}

// The server could not be reached, or did not answer in time. Nothing is known about the effect.
export class UnreachableError extends Error {
  constructor(readonly reason?: unknown) {
    super('the server cannot be reached');
    this.name = 'UnreachableError';
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof ProblemError && error.code === code;
}

export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ProblemError && error.status === status;
}

// Reads a problem from any refused reply; a body from a proxy in between is no problem document.
export function problemOf(status: number, body: unknown, retryAfter: string | null): ProblemError {
  const fields = isRecord(body) ? body : {};
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  const seconds = Number(retryAfter ?? Number.NaN);
  return new ProblemError(
    status,
    text('code') || `http_${status}`,
    text('title'),
    text('detail'),
    text('request_id'),
    text('field') || undefined,
    Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
