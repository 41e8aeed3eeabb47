/** Failed calls as answers tell them: what a method threw as an error object, and the error that one stands for. */
import { RpcError } from "../errors.ts";
import { decodeReason, encodeReason } from "../reason.ts";
import { MOST_DEPTH, takeJson } from "../wire/json.ts";
import { RPC_CODES, type RpcErrorObject } from "./messages.ts";

/** Of `data`, which stands two levels deeper than a result: in an error, whose answer may be one of a batch. */
const DATA_DEPTH = MOST_DEPTH - 2;

/** What a method threw. Its stack is told to a trusted remote only. */
export function describe(error: unknown, trusted: boolean): RpcErrorObject {
  if (error instanceof RpcError) {
    const { code, message } = error;
    const data = dataOf(error);
    return data === undefined ? { code, message } : { code, message, data };
  }
  const reason = encodeReason(error, trusted);
  return {
    code: RPC_CODES.serverError,
    message: reason.message ?? "The method threw what is no error",
    data: { reason },
  };
}

/** As it can cross; nothing if it cannot: the error is worth more than its data, and there is nobody to be told. */
function dataOf({ data }: RpcError): unknown {
  if (data === undefined) return undefined;
  try {
    const { value, streams } = takeJson(data, "data", DATA_DEPTH);
    return streams.length === 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What the method threw, if the answer says so, else an RpcError. Whatever may be missing in it, or malformed. */
export function rebuild(error: RpcErrorObject, called: string): unknown {
  const { code, message, data } = error;
  const reason = typeof data === "object" && data !== null ? (data as { reason?: unknown }).reason : undefined;
  if (code === RPC_CODES.serverError && typeof reason === "object" && reason !== null) return decodeReason(reason);
  const number = typeof code === "number" ? code : RPC_CODES.internalError;
  const text =
    typeof message === "string" ? message : `The remote answered "${called}" with error ${number} and no message`;
  return new RpcError(number, text, { data });
}
