/** JSON as other languages write it. */

export const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** As JavaScript writes it, where a name `__proto__` would be something else. */
export const javascriptLiteral = (value: unknown): string =>
  JSON.stringify(value, null, 2).replaceAll('"__proto__":', '["__proto__"]:');

export function pythonLiteral(value: unknown, indent = ""): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}    `;
  const items = Array.isArray(value)
    ? value.map((item) => inner + pythonLiteral(item, inner))
    : Object.entries(value).map(([name, item]) => `${inner}${JSON.stringify(name)}: ${pythonLiteral(item, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return items.length === 0 ? `${open}${close}` : `${open}\n${items.join(",\n")},\n${indent}${close}`;
}

/** The value as GraphQL writes it, or null where a name in it is none of GraphQL's. */
export function graphqlLiteral(value: unknown, indent = ""): string | null {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const entries = Array.isArray(value) ? value.map((item) => ["", item] as const) : Object.entries(value);
  const lines: string[] = [];
  for (const [name, item] of entries) {
    const literal = graphqlLiteral(item, inner);
    if (literal === null || (!Array.isArray(value) && !/^[A-Za-z_]\w*$/.test(name))) return null;
    lines.push(inner + (Array.isArray(value) ? literal : `${name}: ${literal}`));
  }
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join("\n")}\n${indent}${close}`;
}
