/**
 * Schemas of any library that follows Standard Schema (https://standardschema.dev), whose interface is declared here:
 * no library is imported. What is done with a value that fails is said where it arrives.
 */
import { type MistakeCode, mistake } from "./errors.ts";

/** The part of Standard Schema 1.0 that is used here: Zod, Valibot, ArkType and others have it. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** For types alone: never there at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema makes of a value, or what is wrong with it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** An issue as it crosses: plain, and no longer than the limits below. */
export interface PlainIssue {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** A hostile value can be wrong in a million places, and be quoted in each. */
const MAX_ISSUES = 32;
const MAX_PATH = 32;
const MAX_TEXT = 256;

/** Throws a TypeError with that code if `schema`, of what is named, follows no Standard Schema. */
export function checkSchema(schema: unknown, what: string, code: MistakeCode): void {
  const standard = (schema as Partial<StandardSchema> | null | undefined)?.["~standard"];
  if (typeof standard?.validate === "function") return;
  throw mistake(
    new TypeError(`Cannot use ${what}: it is no Standard Schema, pass one of Zod, Valibot or another such library`),
    code,
  );
}

export function isAsync<T>(result: T | Promise<T>): result is Promise<T> {
  return typeof (result as { then?: unknown } | null)?.then === "function";
}

/** The issues of a value that failed, ready to cross. */
export function plainIssues(issues: readonly SchemaIssue[]): PlainIssue[] {
  return issues.slice(0, MAX_ISSUES).map(({ message, path = [] }) => ({
    message: cut(String(message)),
    path: path.slice(0, MAX_PATH).map(plainKey),
  }));
}

/** The first issue in words: `items[0].name: Invalid type …`. */
export function describeIssue(issues: readonly PlainIssue[]): string {
  const [first] = issues;
  if (first === undefined) return "its schema gives no reason";
  const path = first.path
    .map((key, at) => (typeof key === "number" ? `[${key}]` : at === 0 ? key : `.${key}`))
    .join("");
  return path === "" ? first.message : `${path}: ${first.message}`;
}

function plainKey(part: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof part === "object" ? part.key : part;
  return typeof key === "number" ? key : cut(String(key));
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}
