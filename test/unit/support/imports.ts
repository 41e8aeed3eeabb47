/** What a source file imports and which globals it uses, as the TypeScript compiler sees it. Types do not count. */
import ts from "typescript";

export interface Import {
  readonly specifier: string;
  /** Gone once types are erased. */
  readonly typeOnly: boolean;
}

export interface Uses {
  readonly imports: readonly Import[];
  /** Names that nothing in the file declares: `name`, `name.member`, or `globalThis[…]` where the name is computed. */
  readonly globals: readonly string[];
}

/** What a file of this text would use. */
export function usesOf(name: string, text: string): Uses {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
  const options: ts.CompilerOptions = { noLib: true, noResolve: true, allowImportingTsExtensions: true, noEmit: true };
  const host: ts.CompilerHost = {
    ...ts.createCompilerHost(options),
    getSourceFile: (file) => (file === name ? source : undefined),
    fileExists: (file) => file === name,
    readFile: () => undefined,
  };
  const checker = ts.createProgram([name], options, host).getTypeChecker();
  const imports: Import[] = [];
  const globals = new Set<string>();
  const visit = (node: ts.Node): void => {
    // Nothing of a type is left at run time.
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isTypeParameterDeclaration(node))
      return;
    if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ImplementsKeyword) return;
    const imported = importOf(node);
    if (imported !== undefined) imports.push(imported);
    if (ts.isImportDeclaration(node) || (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)) return;
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) globals.add("import.meta");
    if (ts.isIdentifier(node) && isValue(node) && isFree(checker, node)) globals.add(described(node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { imports, globals: [...globals].sort() };
}

function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const { moduleSpecifier } = node;
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return undefined;
    return { specifier: moduleSpecifier.text, typeOnly: isTypeOnly(node) };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments;
    const specifier = argument !== undefined && ts.isStringLiteral(argument) ? argument.text : "(computed)";
    return { specifier, typeOnly: false };
  }
  return undefined;
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) {
    const named =
      node.exportClause !== undefined && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : [];
    return node.isTypeOnly || (named.length > 0 && named.every((each) => each.isTypeOnly));
  }
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const bindings = clause.namedBindings;
  const named = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : [];
  return clause.name === undefined && named.length > 0 && named.every((each) => each.isTypeOnly);
}

/** Does this identifier stand for a value, rather than name a property or declare something? */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent) || ts.isMetaProperty(parent)) return false;
  const { name } = parent as { name?: ts.Node };
  return name !== node;
}

function isFree(checker: ts.TypeChecker, node: ts.Identifier): boolean {
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node);
  const declarations = symbol?.declarations ?? [];
  // `declare const process: …` gives a global a type, and no value.
  return !declarations.some((each) => (ts.getCombinedModifierFlags(each) & ts.ModifierFlags.Ambient) === 0);
}

/** `Date.now`, `globalThis.process`, also through brackets and casts. */
function described(node: ts.Identifier): string {
  let whole: ts.Node = node;
  while (
    ts.isParenthesizedExpression(whole.parent) ||
    ts.isAsExpression(whole.parent) ||
    ts.isNonNullExpression(whole.parent)
  )
    whole = whole.parent;
  const { parent } = whole;
  const isGlobal = node.text === "globalThis";
  if (ts.isPropertyAccessExpression(parent) && parent.expression === whole)
    return isGlobal ? parent.name.text : `${node.text}.${parent.name.text}`;
  if (ts.isElementAccessExpression(parent) && parent.expression === whole) {
    const at = parent.argumentExpression;
    if (ts.isStringLiteralLike(at)) return isGlobal ? at.text : `${node.text}.${at.text}`;
    return `${node.text}[…]`;
  }
  if (ts.isCallExpression(parent) && parent.expression === whole) return `${node.text}()`;
  if (ts.isNewExpression(parent) && parent.expression === whole)
    return `new ${node.text}(${parent.arguments?.length ? "…" : ""})`;
  return node.text;
}
