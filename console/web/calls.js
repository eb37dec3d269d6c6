// Equivalent calls of AWS operations for the AWS CLI, boto3 and curl, ready to copy.
//
//   describeCall(operation, input, {url, region, accessKeyId}) -> {cli, boto3}
//   describeRequest(path, body, {url, region, accessKeyId, signed}) -> {curl}: a request that AWS does not have
//   quoteShell(text), formatPython(value, indent)

// Values that the AWS CLI would replace with the content of a file or an address.
const REFERENCE = /^(file|fileb|http|https):\/\//;
// Control characters except newline and tab would act on the terminal when they are pasted.
const CONTROL = /[^\P{Cc}\n\t]/u;
const MULTIPLE_LINES = 60;

/** Returns a text as one word of a POSIX shell; with control characters, of bash and zsh. */
export function quoteShell(text) {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  if (CONTROL.test(text)) return `$'${[...text].map(escapeControl).join("")}'`;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function escapeControl(character) {
  if (character === "\\" || character === "'") return `\\${character}`;
  if (character === "\n") return "\\n";
  const code = character.codePointAt(0);
  return CONTROL.test(character) ? (code < 0x80 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`) : character;
}

const hex = (code, digits) => code.toString(16).padStart(digits, "0");

/** Returns a JSON value as a Python literal. Long lists and objects have a line per element. */
export function formatPython(value, indent = "") {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return formatPythonString(value);
  const inner = `${indent}    `;
  const list = Array.isArray(value);
  const items = list
    ? value.map(item => formatPython(item, inner))
    : Object.entries(value).map(([key, item]) => `${formatPythonString(key)}: ${formatPython(item, inner)}`);
  const [open, close] = list ? "[]" : "{}";
  const line = `${open}${items.join(", ")}${close}`;
  const fits = !line.includes("\n") && line.length + indent.length <= MULTIPLE_LINES;
  return fits || items.length === 0 || !list ? line : `${open}\n${items.map(item => `${inner}${item},\n`).join("")}${indent}${close}`;
}

// The escapes of a JSON string mean the same in Python.
const formatPythonString = text =>
  JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029]/g, character => `\\u${hex(character.codePointAt(0), 4)}`);

const splitWords = name => name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
const kebabCase = name => splitWords(name).replaceAll(" ", "-");
const snakeCase = name => splitWords(name).replaceAll(" ", "_");

const definedMembers = input => Object.entries(input).filter(([, value]) => value !== undefined);

/** Returns the call of an operation for the AWS CLI and boto3. */
export function describeCall(operation, input, endpoint) {
  const members = definedMembers(input);
  return { cli: describeCli(operation, members, endpoint), boto3: describeBoto3(operation, members, endpoint) };
}

function describeCli(operation, members, { url, region, accessKeyId }) {
  const options = members.some(([, value]) => REFERENCE.test(value))
    ? [`--cli-input-json ${quoteShell(JSON.stringify(Object.fromEntries(members)))}`]
    : members.map(([name, value]) => formatOption(kebabCase(name), value));
  const lines = [
    `aws stepfunctions ${kebabCase(operation)}`,
    `--endpoint-url ${quoteShell(url)}`,
    `--region ${quoteShell(region)}`,
    ...options,
  ];
  const account = accessKeyId ? `AWS_ACCESS_KEY_ID=${quoteShell(accessKeyId)} AWS_SECRET_ACCESS_KEY=test ` : "";
  return account + lines.join(" \\\n  ");
}

function formatOption(name, value) {
  if (typeof value === "boolean") return value ? `--${name}` : `--no-${name}`;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // Only `=` passes a value that begins with a hyphen.
  return text.startsWith("-") || text === "" ? `--${name}=${text === "" ? "''" : quoteShell(text)}` : `--${name} ${quoteShell(text)}`;
}

function describeBoto3(operation, members, { url, region, accessKeyId }) {
  const key = accessKeyId
    ? [
        ["aws_access_key_id", accessKeyId],
        ["aws_secret_access_key", "test"],
      ]
    : [];
  const client = [["endpoint_url", url], ["region_name", region], ...key];
  const settings = client.map(([name, value]) => `    ${name}=${formatPythonString(value)},\n`).join("");
  const values = members.map(([name, value]) => `    ${name}=${formatPython(value, "    ")},\n`).join("");
  const call = `sfn.${snakeCase(operation)}(${values ? `\n${values}` : ""})`;
  return `import boto3\n\nsfn = boto3.client(\n    "stepfunctions",\n${settings})\n${call}`;
}

/** Returns a request with a JSON body, which AWS does not have, for curl. */
export function describeRequest(path, body, { url, region, accessKeyId, signed }) {
  const account = accessKeyId ?? "000000000000";
  const user = signed ? '"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"' : `${quoteShell(account)}:test`;
  const lines = [
    `curl ${quoteShell(url + path)}`,
    `--aws-sigv4 ${quoteShell(`aws:amz:${region}:states`)} --user ${user}`,
    `--header 'Content-Type: application/json'`,
    `--data-raw ${quoteShell(JSON.stringify(body))}`,
  ];
  return { curl: lines.join(" \\\n  ") };
}
