/** By path. */
export function buildPage(): Promise<Record<string, { type: string; body: string | Uint8Array }>>;
