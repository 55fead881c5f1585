/** Prints docs/permissions.md from the permission table, so that what is written and what is checked cannot differ. `npm run docs` writes it, a test compares. */
import { writeFileSync } from "node:fs";
import { PERMISSIONS, type Rule, STANDINGS } from "../domain/permissions.ts";
import { ACTIONS } from "../protocol/rest/roles.ts";
import { ENDPOINTS } from "../protocol/rest/openapi.ts";
import { projectPath } from "./paths.ts";

export const PERMISSIONS_DOC = "docs/permissions.md";

const MARKS: Readonly<Record<Rule, string>> = {
  yes: "✓",
  no: "–",
  "if-invited": "invited",
  "if-enabled": "if enabled",
};

export function permissionsDoc(): string {
  const roles = STANDINGS.map((standing) => standing.replace("-", " "));
  const table = ACTIONS.map((action) => {
    const { says, keyScopes, ...rules } = PERMISSIONS[action];
    const cells = STANDINGS.map((standing) => MARKS[rules[standing]]);
    return line([
      says,
      ...cells,
      keyScopes.length === 0 ? "–" : keyScopes.map((scope) => `\`${scope}\``).join(" or "),
      `\`${action}\``,
    ]);
  });
  return `# Who may do what

Printed from the table in \`src/domain/permissions.ts\` by \`npm run docs\`: the same table that the workspace's object asks before every verb and that the tests sweep. What is not in it is refused.

${line(["", ...roles, "API key's scope", "action"])}
${line(Array.from({ length: STANDINGS.length + 3 }, () => "---"))}
${table.join("\n")}

- An **end user** is somebody whom we know and who is no member: signed by the customer's server, or with an account. **Anonymous** is everybody else; *if enabled* is the workspace's setting \`anonymousPosting\`, *invited* the private board's list of guests.
- The deployment's **operator** counts as an owner of every workspace.
- Who has nothing to do with a workspace is answered about its inside what they would be answered if there were none: 404.

## Endpoints

| endpoint | who |
| --- | --- |
${endpoints().join("\n")}
`;
}

function endpoints(): string[] {
  return ENDPOINTS.map(({ method, path, who }) => ({
    path,
    row: [`\`${method} ${path}\``, who.includes(".") ? `\`${who}\`` : who],
  }))
    .toSorted(
      (one, other) =>
        one.path.localeCompare(other.path, "en") || String(one.row[0]).localeCompare(String(other.row[0]), "en"),
    )
    .map(({ row }) => line(row));
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

if (import.meta.main) writeFileSync(projectPath(PERMISSIONS_DOC), permissionsDoc());
