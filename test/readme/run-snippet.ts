import ts from "typescript";

/** What a snippet is run with. */
export interface SnippetSurroundings {
  /** Modules that stand in for those of the same name; every other is imported as it is. */
  readonly modules?: Readonly<Record<string, object>>;
  /** Names that the snippet uses and does not declare; globals may be given too. */
  readonly names?: Readonly<Record<string, unknown>>;
}

/** What came of a snippet. */
export interface SnippetOutcome {
  /** Each constant that it declares, by its name. */
  readonly constants: Readonly<Record<string, unknown>>;
  /** Each expression that is a statement of its own, by its text: its value. */
  readonly expressions: Readonly<Record<string, unknown>>;
}

/**
 * Runs a page's TypeScript as it stands there: imports are imported, what it awaits is awaited.
 *
 * `const two = one + 1;\nformat(two);` with the names `one` and `format` gives
 * `{ constants: { two: 2 }, expressions: { "format(two)": "2" } }`.
 */
export async function runSnippet(
  code: string,
  { modules = {}, names = {} }: SnippetSurroundings = {},
): Promise<SnippetOutcome> {
  const source = ts.createSourceFile("snippet.ts", code, ts.ScriptTarget.ES2022, true);
  const imported: Record<string, unknown> = {};
  const constants: string[] = [];
  const statements: string[] = [];
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      Object.assign(imported, await namesOf(statement, modules));
    } else if (ts.isExpressionStatement(statement)) {
      const text = statement.expression.getText();
      statements.push(`seen[${JSON.stringify(text)}] = ${text};`);
    } else {
      statements.push(statement.getText());
      if (ts.isVariableStatement(statement)) {
        constants.push(...statement.declarationList.declarations.flatMap(declaredBy));
      }
    }
  }
  const { outputText } = ts.transpileModule(
    `async function run() {\n${statements.join("\n")}\nreturn { ${constants.join(", ")} };\n}`,
    { compilerOptions: { target: ts.ScriptTarget.ES2022 } },
  );
  const expressions: Record<string, unknown> = {};
  const given = { ...imported, ...names, seen: expressions };
  const make = new Function(...Object.keys(given), `${outputText}\nreturn run;`);
  const run: () => Promise<Record<string, unknown>> = make(...Object.values(given));
  return { constants: await run(), expressions };
}

function declaredBy({ name }: ts.VariableDeclaration): string[] {
  return ts.isIdentifier(name) ? [name.text] : [];
}

/** The names that an import brings, types left out. */
async function namesOf(
  { importClause, moduleSpecifier }: ts.ImportDeclaration,
  modules: Readonly<Record<string, object>>,
): Promise<Record<string, unknown>> {
  const specifier = (moduleSpecifier as ts.StringLiteral).text;
  const module = { ...(await import(specifier)), ...modules[specifier] };
  const pick = (name: string): unknown => {
    if (!(name in module)) throw new Error(`${specifier} has no ${name}`);
    return module[name];
  };
  const brought: Record<string, unknown> = {};
  if (importClause?.name) brought[importClause.name.text] = pick("default");
  const bindings = importClause?.namedBindings;
  if (!bindings || !ts.isNamedImports(bindings)) return brought;
  for (const { isTypeOnly, name, propertyName } of bindings.elements) {
    if (!isTypeOnly) brought[name.text] = pick((propertyName ?? name).text);
  }
  return brought;
}
