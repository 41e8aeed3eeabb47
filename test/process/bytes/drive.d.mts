import type { ByteLink } from "../../../src/link.ts";

export function drive(link: ByteLink, total: number): Promise<{ received: number; took: number }>;
