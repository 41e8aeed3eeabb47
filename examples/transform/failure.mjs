// @ts-check
// What went wrong, in one line for a person: what was tried, on what, why it failed, and what to do about it.
// Knows the codes of the file system, of undici and of zlib; prints nothing.

/** A failure whose message is such a line. Its code crosses to the worker and back, so it is known again there. */
export class Failure extends Error {
  /** @override */
  name = "Failure";
  code = "FAILURE";
}

/**
 * The first of these codes that an error or one of its causes carries.
 * @param {unknown} error
 * @returns {string}
 */
export function codeOf(error) {
  for (let at = /** @type {any} */ (error), depth = 0; at instanceof Object && depth < 8; at = at.cause, depth += 1) {
    if (typeof at.code === "string") return at.code;
  }
  return "";
}

/**
 * The innermost message: "fetch failed" says nothing, its cause does.
 * @param {unknown} error
 * @returns {string}
 */
function detail(error) {
  let at = /** @type {any} */ (error);
  for (let depth = 0; at?.cause instanceof Error && depth < 8; depth += 1) at = at.cause;
  return String(at?.message || at?.code || at).split("\n")[0] ?? "";
}

/** @type {Record<string, string>} */
const READING = {
  ENOENT: "there is no such file; check the path",
  ENOTDIR: "a part of its path is not a directory; check the path",
  EISDIR: "it is a directory; name a file, or pack the directory first (tar)",
  EACCES: "permission denied; ask for the right to read it",
  EPERM: "permission denied; ask for the right to read it",
  ENAMETOOLONG: "the name is too long; check the path",
  ELOOP: "its symbolic links lead in a circle; check the path",
  EIO: "the disk failed to read it; check the disk",
};

/** @type {Record<string, string>} */
const WRITING = {
  ENOENT: "its directory does not exist; create that first",
  ENOTDIR: "a part of its path is not a directory; check the path",
  EISDIR: "it is a directory; name a file in it",
  EEXIST: "it is a file, and several inputs need a directory; name one, or a path where nothing is yet",
  EACCES: "permission denied; choose a place that you may write to",
  EPERM: "permission denied; choose a place that you may write to",
  EROFS: "the file system is read-only; choose another place",
  ENAMETOOLONG: "the name is too long; choose a shorter one",
  ELOOP: "its symbolic links lead in a circle; check the path",
  ENOSPC: "the disk is full; make room, or choose another place",
  EDQUOT: "the disk quota is used up; make room, or choose another place",
  EFBIG: "it would be too large for the file system; choose another place",
};

/** @type {Record<string, string>} */
const FETCHING = {
  ENOTFOUND: "the host is unknown; check its spelling and the network",
  EAI_AGAIN: "the host's name cannot be looked up now; check the network and try again",
  ECONNREFUSED: "the connection was refused: nothing listens there; check the address, or start the server",
  ECONNRESET: "the server broke off the connection; try again",
  EPIPE: "the server broke off the connection; try again",
  EHOSTUNREACH: "the host cannot be reached; check the network",
  ENETUNREACH: "the network cannot be reached; check the network",
  ETIMEDOUT: "the server did not answer in time; try again later",
  UND_ERR_CONNECT_TIMEOUT: "the server did not answer in time; try again later",
  UND_ERR_HEADERS_TIMEOUT: "the server did not answer in time; try again later",
  UND_ERR_BODY_TIMEOUT: "the server sent nothing more for minutes; try again later",
  UND_ERR_SOCKET: "the server broke off the connection; try again",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the server sent another length than it announced; try again",
  // what the standard itself forbids has no code: some ports, lest fetch talk to other kinds of servers
  "bad port": "fetch may not use that port; choose another",
  "redirect count exceeded": "it redirects more than 20 times, perhaps in a circle; check the address",
};

/**
 * @param {Record<string, string>} table by code, or by message where there is none
 * @param {string} tried
 * @param {unknown} error
 */
function failure(table, tried, error) {
  const code = codeOf(error);
  if (error instanceof Failure) return error;
  if (code === "FAILURE") return new Failure(detail(error)); // one of ours that came back from the worker
  return new Failure(`${tried}: ${table[code || detail(error)] ?? detail(error)}${code && ` (${code})`}`, {
    cause: error,
  });
}

/** @param {string} path @param {unknown} error */
export const cannotRead = (path, error) => failure(READING, `cannot read ${path}`, error);

/** @param {string} path @param {unknown} error */
export const cannotWrite = (path, error) => failure(WRITING, `cannot write ${path}`, error);

/** @param {string | URL} url @param {unknown} error */
export const cannotFetch = (url, error) => failure(FETCHING, `cannot fetch ${url}`, error);

/**
 * @param {URL} url
 * @param {number} status
 * @param {string} text
 */
export function refused(url, status, text) {
  const advice =
    status === 404 || status === 410
      ? "check the address"
      : status === 401 || status === 403
        ? "it wants a login, which this example has not"
        : status >= 500
          ? "try again later"
          : "check the address with the server's owner";
  return new Failure(`cannot fetch ${url}: the server answered ${`${status} ${text}`.trim()}; ${advice}`);
}

/**
 * What the worker, or the way to it, reported.
 * @param {string} through the transform
 * @param {string} name the input, as the user named it
 * @param {unknown} error
 * @param {boolean} startsLikeGzip what the input's first bytes said
 * @returns {Failure}
 */
export function cannotTransform(through, name, error, startsLikeGzip) {
  const code = codeOf(error);
  const why = detail(error);
  /** @type {Record<string, string> & { Z_DATA_ERROR?: string }} */
  const table = {
    Z_BUF_ERROR: "the archive is cut short; get it again, whole",
    TRAILING_GARBAGE: "something else follows the archive; get it again, or cut that off",
    CONNECTION_LOST: `the worker died: ${why}; try again, and report it if that happens again`,
  };
  if (code === "Z_DATA_ERROR") {
    const header = why === "incorrect header check";
    if (header && startsLikeGzip) return failure(table, `cannot ${through} ${name}`, { code: "TRAILING_GARBAGE" });
    table.Z_DATA_ERROR = header
      ? "it is no gzip archive; check that it is the right file"
      : `the archive is damaged: ${why}; get it again`;
  }
  return failure(table, `cannot ${through} ${name}`, error);
}
