// Makes docs/errors.md of the catalogue of error codes (src/codes.ts, and RPC_CODES), and holds the code to it.
//   node scripts/errors.mjs            writes the document
//   node scripts/errors.mjs --check    fails if it is stale, or if code and catalogue differ
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
const DOCUMENT = "docs/errors.md";
const CODES = "src/codes.ts";
const NUMBERS = "src/rpc/messages.ts";

/**
 * The parts of the document: the type or object that lists the codes, and who makes errors of them. What another
 * specification fixes may be unused.
 */
const sections = [
  { list: "StreamErrorCode", title: "`StreamError`: one stream or call", makers: ["StreamError"] },
  { list: "LinkErrorCode", title: "`LinkError`: the transport", makers: ["LinkError"] },
  { list: "ProtocolErrorCode", title: "`ProtocolError`: the rules between peers", makers: ["ProtocolError"] },
  { list: "MistakeCode", title: "`TypeError`, `RangeError`: mistakes of the caller", makers: ["mistake"] },
  { list: "RPC_CODES", title: "`RpcError`: answers to calls", makers: ["RpcError"], mayBeUnused: true },
  { list: "DOMExceptionName", title: "`DOMException`: cancellation, time-outs, cloning", makers: ["DOMException"] },
  {
    list: "ForeignCode",
    title: "Codes from elsewhere",
    makers: ["StreamError", "LinkError", "ProtocolError"],
  },
];

/** Where the code stands among the arguments of what makes the error. */
const codeAt = { mistake: 1, StreamError: 0, LinkError: 0, ProtocolError: 0, RpcError: 0, DOMException: 1 };

/** Where errors that came over a link are rebuilt: their codes are the remote's. */
const rebuilding = new Set(["src/reason.ts", "src/rpc/failure.ts"]);

export function sourceFiles() {
  const paths = ["src", "adapters"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => posix.join(folder, file.replaceAll("\\", "/"))),
  );
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

export function readErrors(files) {
  const problems = [];
  const trees = Object.entries(files).map(([path, text]) => {
    return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  });
  const catalogue = readCatalogue(trees, problems);
  const uses = trees.flatMap((tree) => usesIn(tree, problems));
  compare(catalogue, uses, trees, problems);
  return { document: write(catalogue, uses), problems };
}

// The catalogue.

function readCatalogue(trees, problems) {
  return sections.map((section) => {
    const declaration = trees.flatMap((tree) => tree.statements.filter((each) => declares(each, section.list)))[0];
    if (declaration === undefined) {
      problems.push(`Cannot find ${section.list}: it belongs in ${CODES} or ${NUMBERS}`);
      return { ...section, intro: "", entries: [] };
    }
    const entries = membersOf(declaration).map(({ code, name, comment, node }) => {
      const [when, advice] = split(comment);
      if (advice === "") {
        problems.push(
          `${at(node)}: ${code} of ${section.list} needs a comment: when it comes, then a last sentence on what to do`,
        );
      }
      return { code, name, when, advice, node };
    });
    return { ...section, intro: commentBetween(declaration, declaration.getFullStart()), entries };
  });
}

function declares(statement, name) {
  if (ts.isTypeAliasDeclaration(statement)) return statement.name.text === name;
  return ts.isVariableStatement(statement) && statement.declarationList.declarations[0]?.name.getText() === name;
}

/** Each code of a union of strings, or of an object of numbers, and its comment: the last one since the code before. */
function membersOf(declaration) {
  const { start, nodes } = ts.isTypeAliasDeclaration(declaration)
    ? { start: declaration.name.end, nodes: membersOfUnion(declaration.type) }
    : propertiesOf(declaration.declarationList.declarations[0]);
  return nodes.map((node, index) => ({
    ...named(node),
    comment: commentBetween(node, index === 0 ? start : nodes[index - 1].end),
    node,
  }));
}

function membersOfUnion(type) {
  return ts.isUnionTypeNode(type) ? type.types : [type];
}

function propertiesOf({ name, initializer }) {
  const object = ts.isAsExpression(initializer) ? initializer.expression : initializer;
  return { start: name.end, nodes: object.properties };
}

function named(node) {
  if (ts.isPropertyAssignment(node)) return { code: numberIn(node.initializer), name: node.name.getText() };
  return { code: node.literal.text, name: undefined };
}

/** The last doc comment from a position to a node, as one line. */
function commentBetween(node, from) {
  const between = node.getSourceFile().text.slice(from, node.getStart());
  const comment = [...between.matchAll(/\/\*\*(.*?)\*\//gs)].at(-1)?.[1] ?? "";
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*\*?/, "").trim())
    .join(" ")
    .trim();
}

/** All but the last sentence, and the last. */
function split(comment) {
  const end = Math.max(...[...comment.matchAll(/\.(?= +[A-Z`])/g)].map(({ index }) => index + 1), 0);
  return end === 0 ? [comment, ""] : [comment.slice(0, end), comment.slice(end).trim()];
}

// The code.

/** Every place that makes an error with a code: which maker, which codes, and of what class a mistake is. */
function usesIn(tree, problems) {
  const uses = [];
  const visit = (node) => {
    ts.forEachChild(node, visit);
    if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return;
    const maker = node.expression.getText();
    if (!Object.hasOwn(codeAt, maker) || ts.isNewExpression(node) !== (maker !== "mistake")) return;
    const argument = node.arguments?.[codeAt[maker]];
    const codes = argument === undefined ? [] : codesIn(argument);
    const made = node.arguments?.[0];
    const error = maker === "mistake" && made && ts.isNewExpression(made) ? made.expression.getText() : undefined;
    for (const code of codes) uses.push({ maker, code, error, node });
    const isChecked = maker === "mistake" || (argument && isDeclared(argument));
    if (codes.length === 0 && !isChecked && !rebuilding.has(tree.fileName)) {
      problems.push(
        `${at(node)}: cannot tell which code ${maker} gets: write it there, or declare it by a type of ${CODES}`,
      );
    }
  };
  visit(tree);
  return uses;
}

/** The codes written in an expression: strings, numbers, members of RPC_CODES. */
function codesIn(node) {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isNumericLiteral(node)) return [node.text];
  if (ts.isPrefixUnaryExpression(node) && ts.isNumericLiteral(node.operand)) return [numberIn(node)];
  if (ts.isPropertyAccessExpression(node) && node.expression.getText() === "RPC_CODES") return [node.name.text];
  const found = [];
  ts.forEachChild(node, (child) => {
    found.push(...codesIn(child));
  });
  return found;
}

function numberIn(node) {
  return node.getText().replaceAll("_", "");
}

/** Is it a name that the file declares with a type of the catalogue? Then the compiler has checked it. */
function isDeclared(argument) {
  const typed = (node) =>
    ((ts.isParameter(node) || ts.isVariableDeclaration(node)) &&
      node.name.getText() === argument.getText() &&
      sections.some(({ list }) => node.type?.getText() === list)) ||
    ts.forEachChild(node, typed);
  return ts.isIdentifier(argument) && typed(argument.getSourceFile()) === true;
}

/** All strings that are values, for codes that reach their maker as an argument. */
function stringsIn(trees) {
  const strings = new Set();
  const visit = (node) => {
    if (ts.isTypeNode(node)) return;
    if (ts.isStringLiteralLike(node)) strings.add(node.text);
    ts.forEachChild(node, visit);
  };
  for (const tree of trees) visit(tree);
  return strings;
}

function compare(catalogue, uses, trees, problems) {
  for (const { maker, code, node } of uses) {
    const lists = catalogue.filter(({ makers }) => makers.includes(maker));
    const isListed = lists.some(({ entries }) => entries.some((each) => each.code === code || each.name === code));
    if (isListed || (maker === "RpcError" && rebuilding.has(node.getSourceFile().fileName))) continue;
    const where = maker === "RpcError" ? `RPC_CODES in ${NUMBERS}` : `${lists[0].list} in ${CODES}`;
    problems.push(`${at(node)}: ${maker} gets the code ${code}, which is not in the catalogue: add it to ${where}`);
  }
  const strings = stringsIn(trees);
  for (const { list, entries, makers, mayBeUnused } of catalogue) {
    for (const { code, node } of mayBeUnused ? [] : entries) {
      const isMade = uses.some((use) => makers.includes(use.maker) && use.code === code);
      const isMadeByOthers = uses.some((use) => use.code === code);
      if (!isMade && (isMadeByOthers || !strings.has(code))) {
        problems.push(`${at(node)}: ${code} of ${list} is used nowhere: remove it, or use it`);
      }
    }
  }
}

function at(node) {
  const tree = node.getSourceFile();
  return `${tree.fileName}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

// The document.

function write(catalogue, uses) {
  const parts = catalogue.map((section) => [`## ${section.title}`, section.intro, table(section, uses)].join("\n\n"));
  return `${[HEAD, ...parts].join("\n\n")}\n`;
}

const HEAD = `<!-- Made by \`npm run errors\` of ${CODES} and ${NUMBERS}: edit those. -->

# Errors

Every error that Sluice makes has a \`code\` that stays the same from version to version; messages may change. Its class
says what it takes down, its \`cause\`, where there is one, what was behind it. To tell errors apart, look at \`code\`
(of a \`DOMException\`, at \`name\`), not at the class: two copies of a package have two classes.`;

function table({ list, entries, makers }, uses) {
  const isMistake = makers.includes("mistake");
  const columns = [list === "DOMExceptionName" ? "name" : "code", ...(isMistake ? ["class"] : []), "comes when", "do"];
  const rows = entries.map(({ code, when, advice }) => [
    `\`${code}\``,
    ...(isMistake ? [classesOf(code, uses)] : []),
    when,
    advice,
  ]);
  const lines = [columns, columns.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function classesOf(code, uses) {
  const classes = uses.flatMap((use) => (use.maker === "mistake" && use.code === code ? (use.error ?? []) : []));
  const names = classes.length > 0 ? [...new Set(classes)].sort().reverse() : ["TypeError", "RangeError"];
  return names.map((name) => `\`${name}\``).join(", ");
}

// The command.

function main(args) {
  if (args.length > 1 || (args.length === 1 && args[0] !== "--check")) {
    console.error("usage: node scripts/errors.mjs [--check]");
    return 2;
  }
  const { document, problems } = readErrors(sourceFiles());
  const file = join(root, DOCUMENT);
  if (args.length === 0) writeFileSync(file, document);
  else if (!existsSync(file) || readFileSync(file, "utf8").replaceAll("\r\n", "\n") !== document) {
    problems.push(`${DOCUMENT} is stale: run \`npm run errors\` and commit what it writes`);
  }
  for (const problem of problems) console.error(problem);
  return problems.length === 0 ? 0 : 1;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = main(process.argv.slice(2));
}
