/** The absolute path of that runtime's executable, which is installed first if it is missing. */
export function ensureRuntime(name: "node22" | "node24" | "node26" | "deno" | "bun"): string;
export function ensureInstalled(folder: string): void;
