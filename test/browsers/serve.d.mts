import type { RequestListener } from "node:http";

export type Route = { readonly type: string; readonly body: string | Uint8Array } | RequestListener;

export interface Served {
  readonly origin: string;
  readonly port: number;
  close(): Promise<void>;
}

export function serve(options: {
  readonly folder?: string;
  readonly routes?: Readonly<Record<string, Route>>;
  readonly port?: number;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
}): Promise<Served>;
